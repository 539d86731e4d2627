package story

// Selection is a choice of scenarios; none chooses all.
type Selection []string

// UnmarshalText reads S00-S06, S01,S03 or all.
func (s *Selection) UnmarshalText(text []byte) error {
	chosen, err := Scenarios(string(text))
	*s = chosen
	return err
}
