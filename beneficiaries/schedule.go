package beneficiaries

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"github.com/teambition/rrule-go"

	"supportledger/ledger"
)

// Schedule says in one line when support falls due: a recurrence rule of RFC 5545 and the day it counts from. Days have
// no time of day and no time zone.
type Schedule struct {
	Rule string // FREQ=MONTHLY;COUNT=12
	From ledger.Date
}

// What a rule may ask for.
const (
	MaxUnits     = 600 // of one line
	scheduleSpan = 15  // years from the first day
	maxRule      = 200 // letters
)

// ruleParts are the parts of a rule that are understood, and how their values are written. Hours, weeks of the year and
// days of the year are not among them: nobody plans support by them, and each is a way to write a rule that means
// something else than it seems to.
var ruleParts = map[string]*regexp.Regexp{
	"FREQ":       regexp.MustCompile(`^(DAILY|WEEKLY|MONTHLY|YEARLY)$`),
	"INTERVAL":   regexp.MustCompile(`^([1-9][0-9]?)$`),
	"COUNT":      regexp.MustCompile(`^([1-9][0-9]{0,2})$`),
	"UNTIL":      regexp.MustCompile(`^[0-9]{8}$`),
	"BYDAY":      regexp.MustCompile(`^-?[1-5]?(MO|TU|WE|TH|FR|SA|SU)(,-?[1-5]?(MO|TU|WE|TH|FR|SA|SU)){0,6}$`),
	"BYMONTHDAY": regexp.MustCompile(`^(-1|[1-9]|[12][0-9]|3[01])(,(-1|[1-9]|[12][0-9]|3[01])){0,7}$`),
	"BYMONTH":    regexp.MustCompile(`^([1-9]|1[0-2])(,([1-9]|1[0-2])){0,11}$`),
	"BYSETPOS":   regexp.MustCompile(`^(-1|[1-5])$`),
}

// Days lists the days of the schedule in order, at most [MaxUnits]. [ErrSchedule] tells what is wrong: a part that is
// not understood, a rule that does not end (exactly one of COUNT and UNTIL ends it), one that yields nothing or goes
// beyond fifteen years.
func (s Schedule) Days() ([]ledger.Date, error) {
	parts, err := s.parts()
	if err != nil {
		return nil, err
	}
	option, err := rrule.StrToROption(s.Rule)
	if err != nil {
		return nil, &BadSchedule{s.Rule, "it cannot be read"}
	}
	option.Dtstart = s.From.Time()
	s.keepMonthEnd(option, parts)
	end := option.Dtstart.AddDate(scheduleSpan, 0, 0)
	switch {
	case parts["UNTIL"] != "" && option.Until.After(end):
		return nil, &BadSchedule{s.Rule, fmt.Sprintf("it goes on for more than %d years", scheduleSpan)}
	case parts["UNTIL"] == "":
		option.Until = end // so that a rule that never meets a day ends
	}
	rule, err := rrule.NewRRule(*option)
	if err != nil {
		return nil, &BadSchedule{s.Rule, "it cannot be read"}
	}
	days, err := s.collect(rule.Iterator())
	if err == nil && option.Count > 0 && len(days) < option.Count {
		return nil, &BadSchedule{s.Rule, fmt.Sprintf("only %d of its %d days lie within %d years", len(days), option.Count,
			scheduleSpan)}
	}
	return days, err
}

// keepMonthEnd has a rule that counts months or years from the 29th, 30th or 31st mean every month. RFC 5545 leaves out
// what is no day, so that such a rule would pay nothing in five months of the year, or in three years of four. From a
// month's last day it means the last day of each; from another one that day, or the last one where a month is shorter.
// A rule that names its days means what it says.
func (s Schedule) keepMonthEnd(option *rrule.ROption, parts map[string]string) {
	day := s.From.Time().Day()
	if day < 29 || parts["BYDAY"] != "" || parts["BYMONTHDAY"] != "" || parts["BYSETPOS"] != "" {
		return
	}
	switch parts["FREQ"] {
	case "YEARLY":
		if parts["BYMONTH"] == "" {
			option.Bymonth = []int{int(s.From.Time().Month())}
		}
	case "MONTHLY":
	default:
		return
	}
	if s.From == monthEnd(s.From) {
		option.Bymonthday = []int{-1}
		return
	}
	for d := 28; d <= day; d++ {
		option.Bymonthday = append(option.Bymonthday, d)
	}
	option.Bysetpos = []int{-1}
}

// monthEnd is the last day of a day's month.
func monthEnd(d ledger.Date) ledger.Date {
	t := d.Time()
	return ledger.NewDate(t.Year(), t.Month()+1, 0)
}

func (s Schedule) collect(next rrule.Next) ([]ledger.Date, error) {
	var days []ledger.Date
	for t, more := next(); more; t, more = next() {
		if len(days) == MaxUnits {
			return nil, &BadSchedule{s.Rule, fmt.Sprintf("it yields more than %d days", MaxUnits)}
		}
		days = append(days, ledger.NewDate(t.Year(), t.Month(), t.Day()))
	}
	if len(days) == 0 {
		return nil, &BadSchedule{s.Rule, "it yields no day"}
	}
	return days, nil
}

// parts reads the rule apart and refuses what is not understood.
func (s Schedule) parts() (map[string]string, error) {
	if len(s.Rule) > maxRule || s.From == "" {
		return nil, &BadSchedule{s.Rule, "it is too long, or has no first day"}
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(s.Rule, ";") {
		name, value, _ := strings.Cut(part, "=")
		form, known := ruleParts[name]
		if !known || !form.MatchString(value) || parts[name] != "" {
			return nil, &BadSchedule{s.Rule, fmt.Sprintf("%q is not understood here", part)}
		}
		parts[name] = value
	}
	if until := parts["UNTIL"]; until != "" {
		if _, err := time.Parse("20060102", until); err != nil {
			return nil, &BadSchedule{s.Rule, "its last day is none"}
		}
	}
	numbered := strings.ContainsAny(parts["BYDAY"], "-12345")
	switch {
	case parts["FREQ"] == "":
		return nil, &BadSchedule{s.Rule, "it has no FREQ"}
	case (parts["COUNT"] == "") == (parts["UNTIL"] == ""):
		return nil, &BadSchedule{s.Rule, "exactly one of COUNT and UNTIL must end it"}
	case numbered && parts["FREQ"] != "MONTHLY", parts["BYSETPOS"] != "" && parts["BYDAY"] == "" &&
		parts["BYMONTHDAY"] == "":
		return nil, &BadSchedule{s.Rule, "numbered weekdays go with months, a position with days to choose from"}
	}
	return parts, nil
}

// Scheduled is the line with one unit on each day of a schedule. [ErrSchedule].
func (l PlanLine) Scheduled(s Schedule) (PlanLine, error) {
	days, err := s.Days()
	if err != nil {
		return PlanLine{}, err
	}
	l.Schedule, l.Items = s, make([]Item, len(days))
	for i, d := range days {
		l.Items[i] = Item{Position: i, DueOn: d}
	}
	return l, nil
}

// Totalling is the line with an amount laid over its units, to the last minor unit by largest remainder (RULES 1):
// where it does not divide the first units bear one more. [ErrLines] where there are no units or fewer minor units than
// those.
func (l PlanLine) Totalling(total ledger.Money) (PlanLine, error) {
	if len(l.Items) == 0 || total.Minor() < int64(len(l.Items)) {
		return PlanLine{}, fmt.Errorf("%w: line %q: %s over %d units", ErrLines, l.Line, total, len(l.Items))
	}
	parts := total.Split(slices.Repeat([]decimal.Decimal{decimal.NewFromInt(1)}, len(l.Items)))
	l.UnitPrice, l.Items = parts[len(parts)-1], slices.Clone(l.Items)
	for i, part := range parts {
		if part.Cmp(l.UnitPrice) != 0 {
			l.Items[i].Price = &part
		}
	}
	return l, nil
}
