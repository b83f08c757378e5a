package units

// alert lists what an alert says; all of it is live.
func (p *properties) alert(a Alert) {
	name := "alert." + a.Name
	p.word(name+".from", string(a.From))
	var on []string
	for _, kind := range a.On {
		on = append(on, string(kind))
	}
	p.word(name+".on", quoteList(on))
	p.texts(name+".command", a.Command)
	p.perhapsSensitive(name+".url", a.URL, a.URLSensitive)
	for _, h := range a.Headers {
		p.perhapsSensitive(name+".headers."+h.Name, h.Value, h.Sensitive)
	}
	if a.Body != nil {
		shown := quote(a.Body.sample)
		if a.Body.Sensitive {
			shown = "(sensitive)"
		}
		p.add(name+".body", a.Body.samples, shown)
	}
	if len(a.Mail) > 0 {
		p.texts(name+".mail", a.Mail)
		p.text(name+".sendmail", a.Sendmail)
	}
	p.duration(name+".interval", a.Interval)
	p.duration(name+".timeout", a.Timeout)
	p.number(name+".log_lines", a.LogLines)
}

// perhapsSensitive is text for a value that people may not be allowed to see.
func (p *properties) perhapsSensitive(name, value string, sensitive bool) {
	switch {
	case value == "":
	case sensitive:
		p.add(name, value, "(sensitive)")
	default:
		p.text(name, value)
	}
}
