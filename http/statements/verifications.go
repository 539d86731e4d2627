package statements

import (
	"context"
	"errors"

	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/statements"
	"supportledger/statements/page"
	"supportledger/statements/sealing"
	"supportledger/store"
)

// verifications registers what anybody may ask about a statement, by its code or by a file of it.
func verifications(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/verifications", ID: "describeVerifications", Tag: "statements",
		Public:  true,
		Summary: "Who answers, and which key signs", Danish: "Hvem der svarer, og hvilken nøgle der signerer"},
		describeVerifications)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/verifications/:code", ID: "verifyStatement", Tag: "statements",
		Public:  true,
		Summary: "Whether a statement with this code stands", Danish: "Om et regnskab med denne kode gælder",
		About:   "Status and hash; no money, no names.",
		Refuses: []error{statements.ErrUnknownStatement}}, verifyStatement)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/file-verifications/:hash", ID: "verifyFile",
		Tag: "statements", Public: true,
		Summary: "What a file is, by its SHA-256", Danish: "Hvad en fil er, ved dens SHA-256",
		About: "The file itself is not sent. Form and signer say what the file claims to be, for one that is none of " +
			"ours: the page finds both in the browser, supportledger statement verify in the file."}, verifyFile)
}

type verifierView struct {
	Organisation string `json:"organisation"`
	Signer       string `json:"signer" description:"Name and hash of the key that signs now; empty before the first checkpoint."`
}

func describeVerifications(ctx context.Context, tx *store.Tx, d resource.Domain, _ struct{}) (verifierView, error) {
	signer, err := signerNow(ctx, tx)
	return verifierView{d.Book.Organisation, signer}, err
}

// signerNow is the key that signed the newest checkpoint.
func signerNow(ctx context.Context, tx *store.Tx) (string, error) {
	note, err := proof.Latest(ctx, tx)
	if errors.Is(err, proof.ErrNoCheckpoint) {
		return "", nil
	}
	return sealing.SignerOfNote(note), err
}

type verifyRequest struct {
	Code string `path:"code" json:"-" validate:"max=40" description:"As printed, with or without hyphens."`
}

type verificationView struct {
	Organisation string `json:"organisation"`
	Number       string `json:"number"`
	Version      int    `json:"version"`
	Status       string `json:"status" enum:"current,replaced,withdrawn"`
	IssuedOn     string `json:"issued_on"`
	ReplacedBy   int    `json:"replaced_by_version,omitzero"`
	Code         string `json:"code"`
	Document     string `json:"document_sha256,omitempty" description:"Of the file that was sent; the same for an unaltered one."`
}

func verifyStatement(ctx context.Context, tx *store.Tx, d resource.Domain, in verifyRequest) (verificationView, error) {
	s, err := d.Statements.ByCode(ctx, tx, in.Code)
	if err != nil {
		return verificationView{}, err
	}
	return viewVerification(ctx, tx, d, s)
}

func viewVerification(ctx context.Context, tx *store.Tx, d resource.Domain, s statements.Statement) (verificationView,
	error) {
	v := verificationView{Organisation: d.Book.Organisation, Number: s.Number, Version: s.Version,
		Status: s.State.Status(), IssuedOn: string(ledger.DateOf(s.IssuedAt)), Code: statements.SpacedCode(s.Code),
		Document: s.DocumentID}
	if s.State != statements.Superseded {
		return v, nil
	}
	newest, err := d.Statements.Statement(ctx, tx, s.Number)
	v.ReplacedBy = newest.Version
	return v, err
}

type verifyFileRequest struct {
	Hash   string    `path:"hash" json:"-" validate:"len=64" description:"In hexadecimal."`
	Form   page.Form `query:"form" json:"-" validate:"omitempty,oneof=sealed locked not_sealed not_a_statement" description:"What the file looks like; not a statement where none is given."`
	Signer string    `query:"signer" json:"-" validate:"max=200" description:"The key that the file names, as describeVerifications has it."`
}

type fileVerificationView struct {
	Organisation string            `json:"organisation"`
	Verdict      sealing.Verdict   `json:"verdict" enum:"issued,locked_copy,replaced,withdrawn,not_sealed,altered,other_key,not_a_statement"`
	LockedCopy   bool              `json:"locked_copy" description:"Whether the file is a copy that was locked with a passphrase."`
	Statement    *verificationView `json:"statement,omitempty" description:"The one that the file is."`
}

func verifyFile(ctx context.Context, tx *store.Tx, d resource.Domain, in verifyFileRequest) (fileVerificationView,
	error) {
	v := fileVerificationView{Organisation: d.Book.Organisation}
	s, locked, err := statements.OfFile(ctx, tx, in.Hash)
	if errors.Is(err, statements.ErrUnknownStatement) {
		signer, err := signerNow(ctx, tx)
		v.Verdict = sealing.Judge(in.Form, in.Signer, signer)
		return v, err
	} else if err != nil {
		return v, err
	}
	found, err := viewVerification(ctx, tx, d, s)
	v.LockedCopy, v.Statement = locked, &found
	v.Verdict = sealing.Judged(found.Status, locked)
	return v, err
}
