package upkeep

import (
	"supportledger/http/rest"
	"supportledger/store/jobs"
)

// Problems is what a client is told about the errors of upkeep.
var Problems = rest.Problems{Kinds: []rest.ProblemKind{
	{Err: jobs.ErrUnknown, Status: 404, Code: "unknown_job",
		Title: rest.Text{EN: "There is no such job", DA: "Opgaven findes ikke"},
		Hint: rest.Text{EN: "A job that is done is forgotten after two days.",
			DA: "En udført opgave glemmes efter to dage."}},
	{Err: jobs.ErrNoRetry, Status: 409, Code: "job_runs_or_is_done",
		Title: rest.Text{EN: "The job runs, or is done", DA: "Opgaven er i gang eller udført"},
		Hint:  rest.Text{EN: "Look at it again in a minute.", DA: "Se på den igen om et minut."}},
	{Err: ErrNoBackups, Status: 409, Code: "no_backups",
		Title: rest.Text{EN: "This server makes no backups by itself", DA: "Serveren laver ikke selv sikkerhedskopier"},
		Hint: rest.Text{EN: "The operator sets serve --backup-dir, or runs supportledger backup.",
			DA: "Driften sætter serve --backup-dir eller kører supportledger backup."}},
}}
