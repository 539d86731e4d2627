package learn

import (
	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// Register adds the pages.
func Register(s *frame.Site) {
	s.Public("/help", func(v *frame.Visit) (frame.Shown, error) { return Help(v), nil })
}

// box is a step of a picture.
type box struct{ over, text rest.Text }

// picture is an idea of accounting, as boxes with arrows between them.
type picture struct {
	title, text rest.Text
	boxes       []box
}

// pictures are accounting explained, in the order in which money goes.
var pictures = []picture{
	{rest.Text{EN: "Money with a purpose", DA: "Penge med et formål"},
		rest.Text{EN: "A donor gives money for something. It is kept in a fund of its own and may be used for " +
			"nothing else.",
			DA: "En donor giver penge til noget bestemt. De står under et formål for sig og må ikke bruges til andet."},
		[]box{{rest.Text{EN: "Donor", DA: "Donor"}, rest.Text{EN: "gives 60,000", DA: "giver 60.000"}},
			{rest.Text{EN: "Grant", DA: "Bevilling"}, rest.Text{EN: "says what for", DA: "siger til hvad"}},
			{rest.Text{EN: "Fund", DA: "Formål"}, rest.Text{EN: "keeps it apart", DA: "holder dem adskilt"}}}},
	{rest.Text{EN: "A plan sets money aside", DA: "En støtteplan sætter penge af"},
		rest.Text{EN: "A plan says what one person is to get over the years. When its year is approved, the " +
			"money is set aside.",
			DA: "Planen siger, hvad et menneske skal have gennem årene. Når året godkendes, sættes pengene af."},
		[]box{{rest.Text{EN: "Planned", DA: "Planlagt"}, rest.Text{EN: "12 × 4,250", DA: "12 × 4.250"}},
			{rest.Text{EN: "Set aside", DA: "Afsat"}, rest.Text{EN: "51,000", DA: "51.000"}},
			{rest.Text{EN: "Left", DA: "Tilbage"}, rest.Text{EN: "falls with each payment", DA: "falder for hver " +
				"betaling"}}}},
	{rest.Text{EN: "Two people, always", DA: "Altid to personer"},
		rest.Text{EN: "One asks, another approves, and somebody in finance authorises and pays. Nobody takes " +
			"two of these steps.",
			DA: "Én beder om det, en anden godkender, og økonomi bemyndiger og betaler. Ingen tager to af trinene."},
		[]box{{rest.Text{EN: "Caseworker", DA: "Sagsbehandler"}, rest.Text{EN: "asks", DA: "beder om det"}},
			{rest.Text{EN: "Programme lead", DA: "Programleder"}, rest.Text{EN: "approves", DA: "godkender"}},
			{rest.Text{EN: "Treasurer", DA: "Kasserer"}, rest.Text{EN: "authorises", DA: "bemyndiger"}}}},
	{rest.Text{EN: "Every entry has two sides", DA: "Enhver postering har to sider"},
		rest.Text{EN: "What leaves one account comes into another. The two sides are always the same amount.",
			DA: "Det, der går ud af én konto, kommer ind på en anden. De to sider er altid lige store."},
		[]box{{rest.Text{EN: "Bank", DA: "Bank"}, rest.Text{EN: "−4,250", DA: "−4.250"}},
			{rest.Text{EN: "Housing", DA: "Bolig"}, rest.Text{EN: "+4,250", DA: "+4.250"}}}},
	{rest.Text{EN: "Nothing is rubbed out", DA: "Intet slettes"},
		rest.Text{EN: "A mistake is not deleted: an entry the other way round takes it back, and both stay to be seen.",
			DA: "En fejl slettes ikke: den føres tilbage med en modsat postering, og begge kan ses."},
		[]box{{rest.Text{EN: "Wrong", DA: "Forkert"}, rest.Text{EN: "+425", DA: "+425"}},
			{rest.Text{EN: "Reversal", DA: "Tilbageførsel"}, rest.Text{EN: "−425", DA: "−425"}},
			{rest.Text{EN: "Right", DA: "Rigtig"}, rest.Text{EN: "+4,250", DA: "+4.250"}}}},
	{rest.Text{EN: "The donor's statement", DA: "Donorens regnskab"},
		rest.Text{EN: "What was there, what came, what was spent, what is left. It names nobody who got support.",
			DA: "Hvad der var, hvad der kom, hvad der blev brugt, og hvad der er tilbage. Den nævner ingen, der fik støtte."},
		[]box{{rest.Text{EN: "Opening", DA: "Primo"}, rest.Text{EN: "18,000", DA: "18.000"}},
			{rest.Text{EN: "Received − spent", DA: "Modtaget − brugt"}, rest.Text{EN: "+23,600", DA: "+23.600"}},
			{rest.Text{EN: "Closing", DA: "Ultimo"}, rest.Text{EN: "41,600", DA: "41.600"}}}},
}

// word is a word of the glossary.
type word struct{ word, means rest.Text }

// glossary are the words that pages use, as docs/GLOSSARY.md has them; a test holds the two together.
var glossary = []word{
	{rest.Text{EN: "grant", DA: "bevilling"}, rest.Text{EN: "money promised to us under an agreement with conditions",
		DA: "penge, vi er lovet efter en aftale med betingelser"}},
	{rest.Text{EN: "gift", DA: "gave"}, rest.Text{EN: "money given to us without an agreement",
		DA: "penge, vi får uden en aftale"}},
	{rest.Text{EN: "donor", DA: "donor"}, rest.Text{EN: "who gives: an institution, a person, a legacy",
		DA: "den, der giver: en institution, en person, en arv"}},
	{rest.Text{EN: "beneficiary", DA: "modtager"}, rest.Text{EN: "a person supported, known by a code such as B-0042",
		DA: "et menneske, der får støtte, kendt ved en kode som B-0042"}},
	{rest.Text{EN: "plan", DA: "støtteplan"}, rest.Text{EN: "what one beneficiary is to get over years, in versions",
		DA: "det, en modtager skal have gennem årene, i versioner"}},
	{rest.Text{EN: "commitment", DA: "disponering"}, rest.Text{EN: "budget set aside when a plan's year is approved",
		DA: "budget, der sættes af, når et år i planen godkendes"}},
	{rest.Text{EN: "milestone", DA: "milepæl"}, rest.Text{EN: "what has to be shown before money goes on",
		DA: "det, der skal vises, før pengene går videre"}},
	{rest.Text{EN: "reversal",
		DA: "tilbageførsel"}, rest.Text{EN: "an entry with all amounts negated; the only way to undo",
		DA: "en postering med modsatte beløb; den eneste måde at fortryde på"}},
}

// key is a keyboard shortcut.
type key struct {
	keys string
	does rest.Text
}

var shortcuts = []key{
	{"j", rest.Text{EN: "next row", DA: "næste række"}}, {"k", rest.Text{EN: "row before", DA: "forrige række"}},
	{"Enter", rest.Text{EN: "open it", DA: "åbn den"}}, {"a", rest.Text{EN: "go to the button that approves",
		DA: "gå til knappen, der godkender"}},
	{"n", rest.Text{EN: "new request, on a plan", DA: "ny anmodning, på en plan"}},
	{"/", rest.Text{EN: "search, where there is a search", DA: "søg, hvor der er en søgning"}},
	{"g i", rest.Text{EN: "to the inbox", DA: "til indbakken"}}, {"g p", rest.Text{EN: "to the plans",
		DA: "til planerne"}},
	{"g d", rest.Text{EN: "to what is due", DA: "til det, der forfalder"}}, {"g m", rest.Text{EN: "to your account",
		DA: "til din konto"}},
	{"?", rest.Text{EN: "this list", DA: "denne liste"}},
	{"Esc Esc Esc", rest.Text{EN: "hide the page", DA: "skjul siden"}},
}

// theOther is a word in the language that the page is not in.
func theOther(v *frame.Visit, t rest.Text) string {
	if v.Lang == rest.Danish {
		return t.EN
	}
	return t.DA
}

// other is that language.
func other(v *frame.Visit) string {
	if v.Lang == rest.Danish {
		return string(rest.English)
	}
	return string(rest.Danish)
}
