package units

import (
	"fmt"
	"strconv"
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
	for _, a := range u.Alerts {
		p.alert(a)
	}
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
		if u.Pipeline == nil {
			p.starts(process)
		}
		p.surroundings(process)
		p.programs(u, process)
	}
	if u.Job != nil {
		p.job(u.Job)
	}
	if u.Pipeline != nil {
		p.pipeline(u.Pipeline)
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

// starts lists when a program counts as started and how it is ended and started again.
func (p *properties) starts(process *Process) {
	p.effect = replaces
	p.text("type", string(process.Type))
	p.flag("remain", process.Remain)
	p.effect = restarts
	p.text("pid_file", process.PIDFile)
	if process.ReadyFD >= 0 {
		p.number("ready_fd", process.ReadyFD)
	}
	if process.Reload != nil {
		p.text("reload.signal", string(process.Reload.Signal))
	}
	p.duration("start_timeout", process.StartTimeout)
	p.given("runtime_max", process.RuntimeMax)
	p.exits("success_exit", process.SuccessExit)
	p.given("watchdog", process.Watchdog)
	p.number("fd_store_max", process.FDStoreMax)
	p.listen(process.Listen)
	p.effect = live
	p.restart(process.Restart)
}

// surroundings lists how the programs of a unit run, whichever they are.
func (p *properties) surroundings(process *Process) {
	p.effect = restarts
	p.text("directory", process.Directory)
	p.mode("umask", process.Umask)
	p.texts("path_prepend", process.PathPrepend)
	p.envFiles(process.EnvFiles)
	p.duration("stop_timeout", process.StopTimeout)
	p.text("stop_signal", string(process.StopSignal))
	p.text("kill_mode", string(process.KillMode))
	p.flag("control", process.Control)
	p.limits(process.Limits)
	p.sandbox(process.Sandbox)
	p.effect = live
	p.log(process.Log)
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

// limits are live where the kernel, or unitd, can set them for what runs.
func (p *properties) limits(l Limits) {
	p.effect = restarts
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
	if l.Tasks > 0 {
		p.bounded("limits.tasks", uint64(l.Tasks))
	}
	p.effect = live
	p.bytes("limits.memory", l.Memory)
	if l.CPU > 0 {
		p.text("limits.cpu", strconv.Itoa(l.CPU)+"%")
	}
	p.effect = restarts
}

func (p *properties) sandbox(s Sandbox) {
	p.text("sandbox.namespace", s.Namespace)
	p.flag("sandbox.no_new_privileges", s.NoNewPrivileges)
	p.flag("sandbox.private_tmp", s.PrivateTmp)
	p.bytes("sandbox.tmp_size", s.TmpSize)
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
	p.flag("sandbox.lock_personality", s.LockPersonality)
	p.texts("sandbox.landlock.read_only", s.Landlock.ReadOnly)
	p.texts("sandbox.landlock.read_write", s.Landlock.ReadWrite)
	p.texts("sandbox.landlock.execute", s.Landlock.Execute)
	if ports := s.Landlock.ConnectTCP; ports != nil {
		p.word("sandbox.landlock.connect_tcp", strings.ReplaceAll(fmt.Sprint(ports), " ", ", "))
	}
	p.texts("sandbox.landlock.scopes", s.Landlock.Scopes)
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
	if l.Burst > 0 {
		p.number("log.rate_limit.burst", l.Burst)
	}
	p.given("log.rate_limit.interval", l.Interval)
	p.texts("log.forward", l.Forward)
}

func (p *properties) job(j *Job) {
	p.effect = live
	p.text("schedule", j.Schedule)
	p.given("every", j.Every)
	p.text("timezone", j.Timezone)
	p.duration("jitter", j.Jitter)
	p.text("overlap", string(j.Overlap))
	p.flag("catch_up", j.CatchUp)
	p.given("timeout", j.Timeout)
	p.number("retry.attempts", j.Retry.Attempts)
	p.duration("retry.delay", j.Retry.Delay)
	p.duration("retry.max_delay", j.Retry.MaxDelay)
}
