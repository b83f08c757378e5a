package units

// Attribute is one attribute of a unit as it is in force, defaults included, for people. A sensitive value
// reads "(sensitive)".
type Attribute struct {
	Name, Value string
	Sensitive   bool
}

// Attributes lists a unit's attributes, blocks dotted ("restart.delay"), but for those that have no value. What
// differs from worker to worker is shown as it is for the first.
func Attributes(u *Unit) []Attribute {
	var list []Attribute
	for _, p := range describe(u).all {
		list = append(list, Attribute{Name: p.name, Value: p.shown, Sensitive: p.shown == "(sensitive)"})
	}
	return list
}

// Listeners are the sockets that the manager opens for the unit.
func (u *Unit) Listeners() []Listen {
	switch {
	case u.TemplateOf != "":
		return nil
	case u.App != nil:
		return u.App.Listen
	case u.Pool != nil:
		return u.Pool.Listen
	}
	return nil
}
