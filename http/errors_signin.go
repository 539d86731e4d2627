package http

import "supportledger/access"

// problemsOfSignIn are the refusals of the door.
var problemsOfSignIn = []row{
	{nil, 403, "cross_origin",
		text{"A browser sent this from another site", "En browser sendte dette fra et andet websted"},
		text{"Use the pages of this server; programs send a token and no Origin.", "Brug denne servers sider; programmer sender en nøgle og ingen Origin."}, 0},
	{access.ErrSignIn, 401, "sign_in_failed",
		text{"Handle, password or code is not right", "Brugernavn, adgangskode eller kode er ikke rigtig"},
		text{"Where a second factor is set up, send its code too.", "Hvor der er en anden faktor, sendes dens kode med."}, 0},
	{access.ErrSlowDown, 429, "slow_down",
		text{"Too many failed attempts", "For mange mislykkede forsøg"},
		text{"Wait a minute and try again.", "Vent et minut, og prøv igen."}, 60},
	{access.ErrHashingBusy, 503, "busy",
		text{"Too many are signing in at once", "For mange logger ind på én gang"},
		text{"Try again in a moment.", "Prøv igen om lidt."}, 2},
	{access.ErrInvitation, 422, "invitation_invalid",
		text{"The invitation is unknown, used or expired", "Invitationen er ukendt, brugt eller udløbet"},
		text{"Ask an administrator for a new one.", "Bed en administrator om en ny."}, 0},
	{access.ErrInviteByTwo, 409, "invitation_needs_two",
		text{"A new way in for an account that acts takes two people", "Ny adgang til en konto, der handler, kræver to personer"},
		text{"POST /api/v1/account-changes with kind invitation.", "POST /api/v1/account-changes med kind invitation."}, 0},
	{access.ErrNoSecondFactor, 409, "no_second_factor",
		text{"There is no second factor to confirm", "Der er ingen anden faktor at bekræfte"},
		text{"POST /api/v1/me/second-factors begins one.", "POST /api/v1/me/second-factors begynder en."}, 0},
	{access.ErrWeakPassword, 422, "password_weak",
		text{"A password has 12 to 128 letters and is not the handle", "En adgangskode har 12 til 128 tegn og er ikke brugernavnet"},
		text{"Four unrelated words are a good one.", "Fire ord, der ikke hører sammen, er en god."}, 0},
	{errScope, 422, "scope_unknown",
		text{"There is no such scope", "Omfanget findes ikke"},
		text{"Send read, or names of operations as in the API description.", "Send read eller navne på handlinger som i API-beskrivelsen."}, 0},
}
