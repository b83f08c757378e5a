package units

// ManagerID stands for the manager itself in a plan.
const ManagerID ID = "unitd"

// DiffManager says what applying next changes of the manager itself; ok is false where that is nothing.
func DiffManager(old, next Manager) (c Change, ok bool) {
	before, after := describeManager(old), describeManager(next)
	for _, name := range namesOf(before, after) {
		if o, n := before.find(name), after.find(name); o.value != n.value {
			c.Attributes = append(c.Attributes, AttributeChange{name, o.shown, n.shown})
		}
	}
	c.ID, c.Verdict = ManagerID, Live
	return c, len(c.Attributes) > 0
}

// describeManager lists what of the manager can change while it runs, but for what shows in its units.
func describeManager(m Manager) *properties {
	p := &properties{effect: live}
	p.mode("control.mode", m.ControlMode)
	for _, s := range m.Sockets {
		name := "control.socket." + s.Name
		p.text(name+".path", s.Path)
		p.mode(name+".mode", s.Mode)
		p.text(name+".group", s.Group)
		p.texts(name+".verbs", s.Verbs)
	}
	p.bytes("logs.max_total", m.LogsMaxTotal)
	return p
}
