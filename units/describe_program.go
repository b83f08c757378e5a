package units

// samplesFor are two starts that differ in everything that expressions may name and that a change of the
// unit's own attributes does not explain: how many workers there are, for one, is shown as scaling.
func samplesFor(u *Unit) []Scope {
	samples := []Scope{{Credentials: "/first"}, {Credentials: "/second"}}
	if u.Pool == nil {
		return samples
	}
	for i := range samples {
		samples[i].Worker = &WorkerScope{Index: i + 1, Count: 2, Port: samplePort + i, Socket: SocketPath("/workers", u.ID, i)}
		if u.Pool.Recycle != nil && !u.Pool.Proxy {
			samples[i].Worker.MaxRequests = u.Pool.Recycle.MaxRequests
		}
	}
	return samples
}

// shownStart is the start that people are shown: that of the first worker.
func shownStart(u *Unit, process *Process) Scope {
	if u.Pool == nil {
		return Scope{Credentials: process.Credentials}
	}
	shown := samplesFor(u)[0]
	shown.Credentials, shown.Worker.Count = process.CredentialsOf(1), u.Pool.Workers
	return shown
}

// programs lists what may differ from start to start, as it is at the sample starts. What the second shows
// beside the first is an expression that depends on the start.
func (p *properties) programs(u *Unit, process *Process) {
	if process.Program == nil {
		return
	}
	samples := samplesFor(u)
	first := &properties{}
	for i, sample := range samples {
		program, err := process.Program.Program(sample)
		current := &properties{}
		current.program(program)
		if err != nil {
			current.effect = restarts
			current.word("command", err.Error())
		}
		if i == 0 {
			first = current
			continue
		}
		for j := range first.all {
			// Both are compared, and the first is shown.
			first.all[j].value += "\x00" + current.find(first.all[j].name).value
		}
	}
	if _, fixed := process.Program.(Fixed); !fixed {
		if program, err := process.Program.Program(shownStart(u, process)); err == nil {
			shown := &properties{}
			shown.program(program)
			for i, property := range first.all {
				first.all[i].shown = shown.find(property.name).shown
			}
		}
	}
	for _, property := range first.all {
		p.effect = property.effect
		p.add(property.name, property.value, property.shown)
	}
}

func (p *properties) program(program Program) {
	p.effect = restarts
	p.texts("command", program.Command)
	p.argvs("pre_start", program.PreStart)
	p.argvs("post_start", program.PostStart)
	p.argvs("pre_stop", program.PreStop)
	p.argvs("post_stop", program.PostStop)
	p.texts("reload.command", program.ReloadCommand)
	p.env("env", program.Env)
	for _, s := range program.Secrets {
		p.secret(s)
	}
	p.effect = live
	for _, h := range program.Health {
		p.health(h)
	}
}

func (p *properties) env(name string, all []EnvVar) {
	for _, v := range all {
		shown := quote(v.Value)
		if v.Sensitive {
			shown = "(sensitive)"
		}
		p.add(name+"."+v.Name, "="+v.Value, shown)
	}
}

// secret is read when a process starts, and its file stays as it is while that runs: a change needs a new start.
func (p *properties) secret(s Secret) {
	name := "secret." + s.Name
	p.text(name+".file", s.File)
	if s.File == "" {
		p.add(name+".value", "="+s.Value, "(sensitive)")
	}
	p.flag(name+".env", s.Env)
}

func (p *properties) health(h Health) {
	name := "health." + h.Name
	p.text(name+".path", h.Path)
	p.text(name+".url", h.URL)
	p.text(name+".address", h.Address)
	p.texts(name+".command", h.Command)
	p.text(name+".listen", h.Listen)
	p.textMap(name+".headers", h.Headers)
	if h.Path != "" || h.URL != "" {
		var status []string
		for _, r := range h.Status {
			status = append(status, r.String())
		}
		p.texts(name+".status", status)
	}
	p.duration(name+".interval", h.Interval)
	p.duration(name+".timeout", h.Timeout)
	p.number(name+".failures", h.Failures)
	p.number(name+".successes", h.Successes)
	p.duration(name+".start_period", h.StartPeriod)
	p.choice(name+".action", h.Restart, "restart", "none")
	p.flag(name+".gates_ready", h.GatesReady)
}
