package entry

import "supportledger/http/rest"

// demoPeople are the users that a demo is opened with, and what they do.
var demoPeople = []struct {
	handle string
	text   rest.Text
}{
	{"caseworker", rest.Text{EN: "Caseworker: asks for support", DA: "Sagsbehandler: beder om støtte"}},
	{"programme_lead", rest.Text{EN: "Programme lead: approves", DA: "Programleder: godkender"}},
	{"finance_officer", rest.Text{EN: "Finance officer: books and pays", DA: "Økonomimedarbejder: bogfører og betaler"}},
	{"treasurer", rest.Text{EN: "Treasurer: authorises", DA: "Kasserer: bemyndiger"}},
	{"board_member", rest.Text{EN: "Board member: releases payments", DA: "Bestyrelsesmedlem: frigiver betalinger"}},
	{"admin", rest.Text{EN: "Administrator: users and upkeep", DA: "Administrator: brugere og drift"}},
}
