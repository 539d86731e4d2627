package admin

import (
	"fmt"
	"net/url"
	"time"

	"github.com/go-json-experiment/json"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

const (
	getJob    = "getJob"
	getHealth = "getHealth"
)

func upkeep(s *frame.Site) {
	s.Page("/health", []string{getHealth}, health)
	s.Page("/backups", []string{"listBackups", getHealth}, func(v *frame.Visit) (frame.Shown, error) {
		return backups(v, frame.NewForm())
	})
	s.Form("/backups", []string{"requestBackup"}, makeBackup)
	s.Page("/jobs", []string{"listJobs"}, func(v *frame.Visit) (frame.Shown, error) { return jobs(v, frame.NoForms()) })
	s.Form("/jobs/:id/retries", []string{"retryJob"}, retryJob)
}

// finding is what is known about one thing that the server needs.
type finding struct {
	Name  string `json:"name"`
	State string `json:"state"`
	Text  string `json:"text"`
	Fix   string `json:"fix"`
}

// condition is how the server is.
type condition struct {
	OK            bool      `json:"ok"`
	MakesBackups  bool      `json:"makes_backups"`
	VerifiedAt    string    `json:"verified_at"`
	VerifiedClean bool      `json:"verified_clean"`
	Findings      []finding `json:"findings"`
}

// findingStates are the states of a finding, and grave those that ask for somebody.
var findingStates = map[string]frame.State{
	"ok":    {Icon: "ok", Text: rest.Text{EN: "in order", DA: "i orden"}},
	"look":  {Icon: "warning", Text: rest.Text{EN: "worth a look", DA: "værd at se på"}},
	"wrong": {Icon: "stop", Text: rest.Text{EN: "to be mended", DA: "skal rettes"}},
}

// needed is what the server needs: its name, and how it is mended in a sentence. The finding itself says which file or
// figure, in the words of the program.
var needed = map[string]struct{ name, fix rest.Text }{
	"database": {rest.Text{EN: "Database", DA: "Database"},
		rest.Text{EN: "See that its server runs.", DA: "Se efter, at dens server kører."}},
	"keys": {rest.Text{EN: "Keys of these books", DA: "Nøgler til disse bøger"},
		rest.Text{EN: "Put back the keys that belong to these books.", DA: "Læg de nøgler tilbage, der hører til bøgerne."}},
	"jobs": {rest.Text{EN: "Jobs", DA: "Opgaver"},
		rest.Text{EN: "Look at the jobs; most wait for a mail server.",
			DA: "Se på opgaverne; de fleste venter på en mailserver."}},
	"time zone": {rest.Text{EN: "Time zone", DA: "Tidszone"},
		rest.Text{EN: "Install the machine's time zones (tzdata).", DA: "Installér maskinens tidszoner (tzdata)."}},
	"clock": {rest.Text{EN: "Clock", DA: "Ur"},
		rest.Text{EN: "Let the machine keep its clock by the network.", DA: "Lad maskinen stille uret efter netværket."}},
	"disk": {rest.Text{EN: "Disk", DA: "Disk"},
		rest.Text{EN: "Make room, or give it a larger disk.", DA: "Gør plads, eller giv den en større disk."}},
	"rights": {rest.Text{EN: "Who may read the files", DA: "Hvem der må læse filerne"},
		rest.Text{EN: "Only the server's own user may read books and keys.",
			DA: "Kun serverens egen bruger må læse bøger og nøgler."}},
	"witness": {rest.Text{EN: "Witness", DA: "Vidne"},
		rest.Text{EN: "Have the size of the books remembered outside of them.",
			DA: "Lad bøgernes størrelse blive husket uden for dem."}},
	"vault": {rest.Text{EN: "Key of personal data", DA: "Nøgle til personoplysninger"},
		rest.Text{EN: "Without it nobody's data can be read or written.",
			DA: "Uden den kan ingens oplysninger læses eller skrives."}},
	"evidence": {rest.Text{EN: "Key of documents", DA: "Nøgle til bilag"},
		rest.Text{EN: "Without it no document can be read or added.",
			DA: "Uden den kan bilag hverken læses eller tilføjes."}},
	"tls": {rest.Text{EN: "Certificate", DA: "Certifikat"},
		rest.Text{EN: "Renew it before it ends.", DA: "Forny det, før det udløber."}},
	"mail": {rest.Text{EN: "Mail", DA: "Mail"},
		rest.Text{EN: "See that the mail server's address is right and that it answers.",
			DA: "Se efter, at mailserverens adresse er rigtig, og at den svarer."}},
	"backup": {rest.Text{EN: "Backup", DA: "Sikkerhedskopi"},
		rest.Text{EN: "Give the server a folder for backups, and see that it may write there.",
			DA: "Giv serveren en mappe til sikkerhedskopier, og se efter, at den må skrive i den."}},
}

func health(v *frame.Visit) (frame.Shown, error) {
	c, _, err := frame.Read[condition](v, getHealth, rest.Ask{})
	return Health(v, c), err
}

// called names what a finding is about.
func (f finding) called(v *frame.Visit) string {
	if n, known := needed[f.Name]; known {
		return v.In(n.name)
	}
	return f.Name
}

// mended says how, in the language of the visit.
func (f finding) mended(v *frame.Visit) string {
	return v.In(needed[f.Name].fix)
}

// copied is a backup that the server made by itself.
type copied struct {
	Name      string `json:"name"`
	CreatedAt string `json:"created_at"`
	Bytes     int64  `json:"bytes"`
}

// size is how large it is, in megabytes.
func (c copied) size(v *frame.Visit) string {
	return frame.Digits(v.Lang, fmt.Sprintf("%d.%d", c.Bytes/1_000_000, c.Bytes/100_000%10)) + " MB"
}

func backups(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	c, _, err := frame.Read[condition](v, getHealth, rest.Ask{})
	if err != nil {
		return nil, err
	}
	list, _, err := frame.Read[frame.List[copied]](v, "listBackups", v.ListAsk(perPage))
	return Backups(v, c, list, f), err
}

func makeBackup(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	if err := v.Do("requestBackup", rest.Ask{Key: f.Key}, nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return backups(v, f) })
	}
	return v.To("/backups?done=backup-asked")
}

// since says how long ago an instant was.
func since(v *frame.Visit, instant string) string {
	then, err := time.Parse(time.RFC3339Nano, instant)
	now, err2 := time.Parse(time.RFC3339Nano, v.Now())
	if err != nil || err2 != nil {
		return ""
	}
	switch age := now.Sub(then); {
	case age < 2*time.Minute:
		return v.T("just now", "lige nu")
	case age < 2*time.Hour:
		return v.Tf("%d minutes ago", "for %d minutter siden", int(age.Minutes()))
	case age < 48*time.Hour:
		return v.Tf("%d hours ago", "for %d timer siden", int(age.Hours()))
	default:
		return v.Tf("%d days ago", "for %d dage siden", int(age.Hours())/24)
	}
}

// job is what is done later.
type job struct {
	ID          string `json:"id"`
	Kind        string `json:"kind"`
	State       string `json:"state"`
	Attempt     int    `json:"attempt"`
	MaxAttempts int    `json:"max_attempts"`
	CreatedAt   string `json:"created_at"`
	ScheduledAt string `json:"scheduled_at"`
	FinishedAt  string `json:"finished_at"`
	Fault       string `json:"fault"`

	seen string
}

// UnmarshalJSON reads a job, and keeps how it was shown.
func (j *job) UnmarshalJSON(shown []byte) error {
	type plain job
	j.seen = string(shown)
	return json.Unmarshal(shown, (*plain)(j))
}

var jobKinds = map[string]rest.Text{
	"statement_run":      {EN: "Run of statements", DA: "Regnskabskørsel"},
	"statement_delivery": {EN: "Delivery of a statement", DA: "Levering af et regnskab"},
	"reminders":          {EN: "Reminders of the day", DA: "Dagens påmindelser"},
	"webhook_delivery":   {EN: "Notice to another program", DA: "Besked til et andet program"},
}

var jobStates = map[string]frame.State{
	"scheduled": {Icon: "clock", Text: rest.Text{EN: "planned", DA: "planlagt"}},
	"due":       {Icon: "clock", Text: rest.Text{EN: "waits its turn", DA: "i kø"}},
	"running":   {Icon: "info", Text: rest.Text{EN: "runs", DA: "i gang"}},
	"failed":    {Icon: "warning", Text: rest.Text{EN: "failed, is tried again", DA: "mislykket, prøves igen"}},
	"given_up":  {Icon: "stop", Text: rest.Text{EN: "given up", DA: "opgivet"}},
	"done":      {Icon: "ok", Text: rest.Text{EN: "done", DA: "udført"}},
}

func jobs(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	list, _, err := frame.Read[frame.List[job]](v, "listJobs", v.ListAsk(perPage, "status"))
	if err != nil {
		return nil, err
	}
	for i, j := range list.Data {
		if list.Data[i].seen, err = v.Row(getJob, "retryJob", j.ID, j.seen); err != nil {
			return nil, err
		}
	}
	return Jobs(v, list, forms), nil
}

// chosenState is the form of the list, with the state that is shown.
func chosenState(v *frame.Visit) frame.Form {
	f := frame.NewForm()
	f.Values.Set("status", v.C.Query("status"))
	return f
}

// jobOptions are all states, and none.
func jobOptions(v *frame.Visit) []frame.Option {
	all := []frame.Option{{Value: "", Text: v.T("All", "Alle")}}
	for _, s := range []string{"given_up", "failed", "running", "due", "scheduled", "done"} {
		all = append(all, frame.Option{Value: s, Text: frame.Capital(v.In(jobStates[s].Text))})
	}
	return all
}

func retryJob(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	if err := v.Do("retryJob", f.SeenOf(byID(v), getJob), nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		v.C.Request.URL.RawQuery = url.Values{"status": {f.Text("status")}}.Encode()
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return jobs(v, frame.Back(v.C.Param("id"), f)) })
	}
	return v.To("/jobs?done=retried")
}
