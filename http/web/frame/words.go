package frame

import (
	"unicode"
	"unicode/utf8"

	"supportledger/access"
	"supportledger/http/rest"
)

// RoleWords are the roles as people say them.
var RoleWords = map[access.Role]rest.Text{
	access.Caseworker:     {EN: "caseworker", DA: "sagsbehandler"},
	access.ProgrammeLead:  {EN: "programme lead", DA: "programleder"},
	access.FinanceOfficer: {EN: "finance officer", DA: "økonomimedarbejder"},
	access.Treasurer:      {EN: "treasurer", DA: "kasserer"},
	access.Auditor:        {EN: "auditor", DA: "revisor"},
	access.PrivacyOfficer: {EN: "privacy officer", DA: "databeskyttelsesrådgiver"},
	access.DonorRole:      {EN: "donor", DA: "donor"},
	access.Admin:          {EN: "administrator", DA: "administrator"},
}

// Capital begins a text with a capital.
func Capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
