package figures

import (
	"cmp"
	"slices"
)

// AddedPart adds a part to those it is alike.
func AddedPart(parts []Part, p Part) []Part {
	i := slices.IndexFunc(parts, func(q Part) bool {
		return q.Kind == p.Kind && q.Holder == p.Holder && q.Quantity.Currency == p.Quantity.Currency
	})
	if i < 0 {
		return append(parts, p)
	}
	parts[i].Amount = parts[i].Amount.Add(p.Amount)
	if p.Quantity.Currency != "" {
		parts[i].Quantity = parts[i].Quantity.Add(p.Quantity)
	}
	return parts
}

// SortedParts leaves out what is nothing and puts the parts in the order of the page.
func SortedParts(parts []Part) []Part {
	parts = slices.DeleteFunc(parts, func(p Part) bool { return p.Amount.IsZero() && p.Quantity.IsZero() })
	if len(parts) == 0 {
		return []Part{{Kind: AtBank}}
	}
	slices.SortStableFunc(parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(slices.Index(PartKinds, a.Kind), slices.Index(PartKinds, b.Kind)),
			cmp.Compare(a.Holder, b.Holder))
	})
	return parts
}
