package units

import (
	"fmt"
	"strings"
)

// describe lists all attributes of a unit, with what a change of each does. BEHAVIOUR, "Loading changes", is
// the rule: description, log, restart, health and dependencies are live, a pool's workers scale, anything
// else restarts.
func describe(u *Unit) *properties {
	p := &properties{effect: live}
	p.text("description", u.Description)
	p.flag("enabled", u.Enabled)
	p.word("supervisor", string(u.Supervisor))
	for _, l := range lists {
		p.ids(l.name, *l.of(u))
	}
	p.flag("essential", u.Essential)
	switch {
	case u.Delay != nil:
		p.delay(u.Delay)
	case u.Group != nil:
		p.text("strategy", string(u.Group.Strategy))
		if u.Group.Burst > 0 {
			p.number("intensity.burst", u.Group.Burst)
		}
		p.given("intensity.interval", u.Group.Interval)
		p.restart(u.Group.Restart)
	case u.Pool != nil:
		p.pool(u.Pool)
	}
	if process := u.Process(); process != nil {
		p.process(process)
		p.programs(process, samplesFor(u))
	}
	if u.Job != nil {
		p.job(u.Job)
	}
	return p
}

func (p *properties) delay(d *Delay) {
	p.duration("duration", d.Duration)
	p.choice("since", d.SinceBoot, "boot", "start")
	p.choice("on_timeout", d.ContinueOnTimeout, "continue", "fail")
	if d.Until != nil {
		p.text("until.address", d.Until.Address)
		p.text("until.url", d.Until.URL)
		p.text("until.path", d.Until.Path)
		p.texts("until.command", d.Until.Command)
		p.text("until.namespace", d.Until.Namespace)
	}
}

func (p *properties) pool(pool *Pool) {
	p.effect = scales
	p.number("workers", pool.Workers)
	p.effect = restarts
	p.word("app", string(pool.AppID))
	p.number("min_ready", pool.MinReady)
	p.listen(pool.Listen)
	p.given("hang_timeout", pool.HangTimeout)
	if r := pool.Recycle; r != nil {
		p.number("recycle.max_requests", r.MaxRequests)
		p.given("recycle.max_age", r.MaxAge)
		p.bytes("recycle.max_memory", r.MaxMemory)
		p.float("recycle.jitter", r.Jitter)
	}
	p.number("reload.surge", pool.Surge)
	p.duration("reload.drain_timeout", pool.Drain)
	if u := pool.Unavailable; u != nil {
		p.duration("unavailable.after", u.After)
		p.number("unavailable.status", u.Status)
		p.text("unavailable.page", u.Page)
		p.duration("unavailable.retry_after", u.RetryAfter)
	}
	if pool.Sockets {
		p.word("dispatch.at", "worker.socket")
	}
	p.effect = replaces
	p.choice("dispatch", pool.Proxy, "proxy", "inherit")
}

func (p *properties) process(process *Process) {
	p.effect = replaces
	p.text("type", string(process.Type))
	p.flag("remain", process.Remain)
	p.effect = restarts
	p.text("pid_file", process.PIDFile)
	if process.ReadyFD >= 0 {
		p.number("ready_fd", process.ReadyFD)
	}
	p.text("directory", process.Directory)
	p.mode("umask", process.Umask)
	p.texts("path_prepend", process.PathPrepend)
	p.envFiles(process.EnvFiles)
	if process.Reload != nil {
		p.text("reload.signal", string(process.Reload.Signal))
	}
	p.duration("start_timeout", process.StartTimeout)
	p.duration("stop_timeout", process.StopTimeout)
	p.given("runtime_max", process.RuntimeMax)
	p.text("stop_signal", string(process.StopSignal))
	p.text("kill_mode", string(process.KillMode))
	p.exits("success_exit", process.SuccessExit)
	p.given("watchdog", process.Watchdog)
	p.number("fd_store_max", process.FDStoreMax)
	p.flag("control", process.Control)
	p.listen(process.Listen)
	p.limits(process.Limits)
	p.sandbox(process.Sandbox)
	p.effect = live
	p.log(process.Log)
	p.restart(process.Restart)
}

func (p *properties) envFiles(all []EnvFile) {
	var list []string
	for _, file := range all {
		if file.Required {
			list = append(list, quote(file.Path))
		} else {
			list = append(list, "{ path = "+quote(file.Path)+", required = false }")
		}
	}
	if len(list) > 0 {
		p.word("env_file", "["+strings.Join(list, ", ")+"]")
	}
}

func (p *properties) listen(all []Listen) {
	for _, l := range all {
		name := "listen." + l.Name
		p.text(name+".address", l.Address)
		p.number(name+".backlog", l.Backlog)
		p.mode(name+".mode", l.Mode)
		p.text(name+".group", l.Group)
		p.flag(name+".public", l.Public)
		p.flag(name+".per_worker", l.PerWorker)
	}
}

func (p *properties) restart(r Restart) {
	p.text("restart.policy", string(r.Policy))
	p.duration("restart.delay", r.Delay)
	p.duration("restart.max_delay", r.MaxDelay)
	p.float("restart.factor", r.Factor)
	p.float("restart.jitter", r.Jitter)
	var immediate []string
	for _, reason := range r.Immediate {
		immediate = append(immediate, string(reason))
	}
	p.texts("restart.immediate", immediate)
	p.duration("restart.reset_after", r.ResetAfter)
	p.number("restart.burst", r.Burst)
	p.duration("restart.interval", r.Interval)
	p.exits("restart.prevent", r.Prevent)
	p.exits("restart.force", r.Force)
}

func (p *properties) limits(l Limits) {
	p.limit("limits.open_files", l.OpenFiles)
	p.limit("limits.processes", l.Processes)
	p.limit("limits.core", l.Core)
	p.limit("limits.file_size", l.FileSize)
	p.limit("limits.cpu_time", l.CPUTime)
	p.limit("limits.stack", l.Stack)
	p.limit("limits.address_space", l.AddressSpace)
	p.whole("limits.nice", l.Nice)
	p.whole("limits.oom_score_adj", l.OOMScoreAdj)
	p.text("limits.io_class", l.IOClass)
	p.text("limits.cpus", FormatCPUs(l.CPUs))
	p.bytes("limits.memory", l.Memory)
	if l.Tasks > 0 {
		p.number("limits.tasks", l.Tasks)
	}
	p.text("limits.cpu", l.CPU)
}

func (p *properties) sandbox(s Sandbox) {
	p.text("sandbox.namespace", s.Namespace)
	p.flag("sandbox.no_new_privileges", s.NoNewPrivileges)
	p.flag("sandbox.private_tmp", s.PrivateTmp)
	p.flag("sandbox.private_dev", s.PrivateDev)
	p.flag("sandbox.private_network", s.PrivateNetwork)
	p.flag("sandbox.private_ipc", s.PrivateIPC)
	p.flag("sandbox.hide_processes", s.HideProcesses)
	p.text("sandbox.protect_home", s.ProtectHome)
	p.texts("sandbox.read_only", s.ReadOnly)
	p.texts("sandbox.read_write", s.ReadWrite)
	p.texts("sandbox.hidden", s.Hidden)
	p.texts("sandbox.seccomp", s.Seccomp)
	p.texts("sandbox.restrict_address_families", s.RestrictAddressFamily)
}

func (p *properties) log(l Log) {
	p.text("log.mode", l.Mode)
	p.text("log.stdout", l.Stdout)
	p.text("log.stderr", l.Stderr)
	p.texts("log.files", l.Files)
	p.bytes("log.max_size", l.MaxSize)
	p.number("log.keep", l.Keep)
	p.duration("log.max_age", l.MaxAge)
	p.text("log.compress", l.Compress)
}

func (p *properties) job(j *Job) {
	p.effect = live
	p.text("schedule", j.Schedule)
	p.given("every", j.Every)
	p.text("timezone", j.Timezone)
	p.duration("jitter", j.Jitter)
	p.text("overlap", j.Overlap)
	p.flag("catch_up", j.CatchUp)
	p.given("timeout", j.Timeout)
	p.number("retry.attempts", j.Retry.Attempts)
	p.duration("retry.delay", j.Retry.Delay)
	p.duration("retry.max_delay", j.Retry.MaxDelay)
}

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

// programs lists what may differ from start to start, as it is at the sample starts. What the second shows
// beside the first is an expression that depends on the start.
func (p *properties) programs(process *Process, samples []Scope) {
	if process.Program == nil {
		return
	}
	first := &properties{}
	for i, sample := range samples {
		program, err := process.Program.Program(sample)
		current := &properties{}
		current.program(program, process.Reload != nil)
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
	for _, property := range first.all {
		p.effect = property.effect
		p.add(property.name, property.value, property.shown)
	}
}

func (p *properties) program(program Program, reloadable bool) {
	p.effect = restarts
	p.texts("command", program.Command)
	p.argvs("pre_start", program.PreStart)
	p.argvs("post_start", program.PostStart)
	p.argvs("pre_stop", program.PreStop)
	p.argvs("post_stop", program.PostStop)
	p.texts("reload.command", program.ReloadCommand)
	for _, v := range program.Env {
		shown := quote(v.Value)
		if v.Sensitive {
			shown = "(sensitive)"
		}
		p.add("env."+v.Name, "="+v.Value, shown)
	}
	if reloadable {
		p.effect = reloads
	}
	for _, s := range program.Secrets {
		p.add("secret."+s.Name, fmt.Sprint(s), "(sensitive)")
	}
	p.effect = live
	for _, h := range program.Health {
		p.health(h)
	}
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
