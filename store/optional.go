package store

// NullIfZero is the pointer that bun writes as NULL for the zero value: for columns in which a value may be missing.
func NullIfZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// ZeroIfNull is the other way round: the value of a column that may be NULL, or the zero value.
func ZeroIfNull[T any](v *T) T {
	if v == nil {
		var zero T
		return zero
	}
	return *v
}
