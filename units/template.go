package units

// Fixed is a Template that is the same at every start.
type Fixed Program

// Program returns the fixed program.
func (f Fixed) Program(Scope) (Program, error) { return Program(f), nil }
