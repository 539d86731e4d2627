package statements

import (
	"strings"
	"supportledger/statements/figures"
	"supportledger/statements/page"
	"supportledger/statements/sealing"
	"supportledger/store"
)

// fix renders what is issued and writes down what that was. Address is that of the public pages, "" for none.
func (s *Statement) fix(address string) (err error) {
	verify := ""
	if address != "" {
		verify = strings.TrimSuffix(address, "/") + "/verify/" + SpacedCode(s.Code)
	}
	if s.content, err = page.IssuedPDF(s.Cleared, s.Lang, SpacedCode(s.Code), verify); err != nil {
		return err
	}
	attachment := s.Cleared.JSON(s.Lang)
	h := s.Cleared.Head()
	s.Record, err = sealing.Record{ID: string(s.ID), Kind: h.Kind, Number: s.Number, Version: s.Version,
		Replaces: h.Replaces, Language: s.Lang,
		Code: s.Code, IssuedAt: store.FormatTime(s.IssuedAt), DataHash: s.Cleared.DataHash(),
		ContentHash:   figures.Hash(s.content),
		ContentLength: len(s.content), FiguresHash: figures.Hash(attachment)}.JSON()
	return err
}

// seal completes the document with its attachments.
func (s *Statement) seal(p sealing.Proof) error {
	document, err := sealing.Seal(s.content, s.Cleared.JSON(s.Lang), s.Record, p)
	if err != nil {
		return err
	}
	s.Document, s.tail, s.DocumentID = document, document[len(s.content):], figures.Hash(document)
	return nil
}
