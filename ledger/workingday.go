package ledger

import "time"

// Working reports whether offices and banks in Denmark work on a day: no Saturday, Sunday or holiday of the national
// church, nor a day on which Danish banks are closed (5 June, the day after Ascension, 24 and 31 December). The Great
// Prayer Day has been a working day since 2024 (Act no. 214 of 2023).
func (d Date) Working() bool {
	t := d.Time()
	switch t.Weekday() {
	case time.Saturday, time.Sunday:
		return false
	case time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday:
	}
	switch t.Format("01-02") {
	case "01-01", "06-05", "12-24", "12-25", "12-26", "12-31":
		return false
	}
	switch easter := easterOf(t.Year()); int(t.Sub(easter).Hours()) / 24 {
	case -3, -2, 1, 39, 40, 50: // Maundy Thursday, Good Friday, Easter Monday, Ascension and the day after, Whit Monday
		return false
	case 26: // the Great Prayer Day, until 2023
		return t.Year() > 2023
	}
	return true
}

// AddWorkingDays is the n-th working day after a day.
func (d Date) AddWorkingDays(n int) Date {
	for n > 0 {
		if d = d.AddDays(1); d.Working() {
			n--
		}
	}
	return d
}

// WorkingDaysTo counts the working days after a day up to another one, 0 where that is not later.
func (d Date) WorkingDaysTo(end Date) int {
	n := 0
	for day := d.AddDays(1); day <= end; day = day.AddDays(1) {
		if day.Working() {
			n++
		}
	}
	return n
}

// easterOf is Easter Sunday of a year, by the rule of the Gregorian calendar in the form of Meeus, Jones and Butcher.
func easterOf(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return time.Date(year, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC)
}
