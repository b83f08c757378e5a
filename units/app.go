package units

import (
	"fmt"
	"strings"
	"time"
)

// App is one program.
type App struct{ Process }

// startTypes are the words for `type`.
var startTypes = []string{"simple", "exec", "notify", "notify-reload", "forking", "oneshot"}

// setting is what a process block needs to know beside itself.
type setting struct {
	unit *Unit
	// pool is set for an app that a pool runs; its listeners and workers count then.
	pool *Unit
	// namespace is the manager's default.
	namespace string
}

// owner is the unit that users see: the pool of a template.
func (s setting) owner() *Unit {
	if s.pool != nil {
		return s.pool
	}
	return s.unit
}

// process reads what app and job share.
func (b *body) process(in setting) Process {
	b.require("command", "Write command = [\"program\", \"argument\"].")
	p := b.surroundings(in)
	p.EnvFiles = b.envFiles(p.Directory, nil)
	p.StartTimeout = b.duration("start_timeout", 90*time.Second, time.Millisecond)
	p.SuccessExit = b.exits("success_exit")
	b.checkStart(&p)
	return p
}

// app reads an app.
func (b *body) app(in setting) *App {
	p := b.process(in)
	p.Type = StartType(b.oneOf("type", "simple", startTypes...))
	p.Remain = b.flag("remain", false)
	p.PIDFile = b.path("pid_file", "", p.Directory)
	p.ReadyFD = b.number("ready_fd", -1, 3, 1023)
	p.RuntimeMax = b.duration("runtime_max", 0, time.Millisecond)
	p.Watchdog = b.duration("watchdog", 0, 100*time.Millisecond)
	p.FDStoreMax = b.number("fd_store_max", 0, 0, 1024)
	b.restarts(&p.Restart, appRestart(p.Type))
	b.one("reload", func(inner *body) { p.Reload = inner.reload() })
	p.Listen = b.listeners(ofApp, p.Directory)
	b.checkType(&p, in)
	if p.Type == TypeOneshot {
		b.withoutHealth()
	}
	workers := in.workers(b.names.host.Paths().Runtime)
	var program Program
	var named []string
	p.Program, program, named = b.template(workers)
	if in.pool != nil {
		b.checkRecycle(in.pool, named)
	}
	if in.proxied() {
		b.checkPlace(&p, program.Env, in.pool, workers[0], named)
	}
	b.secrets(&p, in, program, workers)
	b.checkHealth(program.Health, in, &p)
	b.checkCommand(&p, program)
	b.checkBeside(&p, program)
	b.checkRights(&p, program)
	return &App{p}
}

// proxied reports a program that the manager passes requests on to.
func (s setting) proxied() bool { return s.pool != nil && s.pool.Pool.Proxy }

// workers are the workers to evaluate a template's expressions for: the first and the last.
func (s setting) workers(runtime string) []WorkerScope {
	if s.pool == nil {
		return nil
	}
	p := s.pool.Pool
	first := WorkerScope{Index: 1, Count: p.Workers}
	if p.Recycle != nil {
		first.MaxRequests = p.Recycle.MaxRequests
	}
	if p.Proxy {
		first.Port, first.Socket = samplePort, SocketPath(runtime, s.pool.ID, maxSlot)
	}
	if p.Workers < 2 {
		return []WorkerScope{first}
	}
	last := first
	last.Index = p.Workers
	return []WorkerScope{first, last}
}

// reload reads the reload block of an app.
func (b *body) reload() *ReloadAction {
	if b.own == nil {
		return nil
	}
	r := &ReloadAction{Signal: b.signal("signal", ""), Command: b.has("command")}
	b.exactlyOne("signal", "command")
	return r
}

// checkType checks the attributes that only some start types have.
func (b *body) checkType(p *Process, in setting) {
	if a, ok := b.attr("remain"); ok && p.Type != TypeOneshot {
		b.error(a.at, "remain without type = \"oneshot\"", "It says that a program that has ended counts as active.")
	}
	if a, ok := b.attr("pid_file"); ok && p.Type != TypeForking {
		b.error(a.at, "pid_file without type = \"forking\"", "A program that stays in the foreground needs none.")
	}
	if a, ok := b.attr("type"); ok && p.Type == TypeForking && in.pool != nil {
		b.error(a.expr.Range(), "type \"forking\" in an app that "+string(in.pool.ID)+" runs",
			"Run the program in the foreground, most have a flag for it.")
	}
	if a, ok := b.attr("type"); ok && p.Type == TypeOneshot && in.pool != nil {
		b.error(a.expr.Range(), "type \"oneshot\" in an app that "+string(in.pool.ID)+" runs", "A worker keeps running.")
	}
	b.checkReadyFD(p, in)
	if r := p.Reload; r != nil && r.Command && p.Type == TypeNotifyReload {
		for _, block := range blocksOf(b.own, "reload") {
			b.error(block.DefRange(), "reload by command with type = \"notify-reload\"",
				"It reloads by a signal and says when it has. Give the signal, or use type = \"notify\".")
		}
	}
	if p.Type == TypeOneshot {
		b.checkOneshot(p)
	}
}

// checkReadyFD refuses a number that has another meaning, or a second way to say that the program has started.
func (b *body) checkReadyFD(p *Process, in setting) {
	a, ok := b.attr("ready_fd")
	if !ok || p.ReadyFD < 0 {
		return
	}
	if p.Type != TypeSimple {
		b.error(a.at, "ready_fd together with type = \""+string(p.Type)+"\"", "Each says in its own way when the program has started.")
	}
	listen := p.Listen
	switch {
	case in.proxied():
		listen = nil
	case in.pool != nil:
		listen = in.pool.Pool.Listen
	}
	switch free := 3 + len(listen) + p.FDStoreMax; {
	case p.ReadyFD < 3+len(listen):
		b.error(a.expr.Range(), "ready_fd is the number of a listening socket",
			fmt.Sprintf("Its %s, so the first number that is free is %d.", sockets(len(listen)), free))
	case p.ReadyFD < free:
		b.error(a.expr.Range(), "ready_fd is a number that what is stored may have",
			fmt.Sprintf("fd_store_max is %d, so the first number that is always free is %d.", p.FDStoreMax, free))
	}
}

// sockets words the numbers that listening sockets take.
func sockets(n int) string {
	if n == 1 {
		return "listening socket is fd 3"
	}
	return fmt.Sprintf("listening sockets are fds 3 to %d", 2+n)
}

// checkOneshot refuses what is in force only while a program that has started runs: a oneshot has started when it has
// ended.
func (b *body) checkOneshot(p *Process) {
	for _, name := range []string{"watchdog", "runtime_max"} {
		if a, ok := b.attr(name); ok {
			b.error(a.at, name+" of a oneshot", "It counts from when the program has started, and that is when a oneshot has ended. Use start_timeout.")
		}
	}
	for _, block := range blocksOf(b.own, "reload") {
		b.error(block.DefRange(), "reload of a oneshot", "Once it has ended nothing is left to reload. Run it again: unitctl restart.")
	}
	b.checkRepeats(p, "oneshot")
}

// checkRepeats refuses a restart that would repeat for ever what is to end, and drops one that a supervisor gives.
func (b *body) checkRepeats(p *Process, what string) {
	if p.Restart.Policy != RestartAlways && p.Restart.Policy != RestartOnSuccess {
		return
	}
	given := p.Restart.Policy
	p.Restart.Policy = RestartNo
	for _, block := range blocksOf(b.own, "restart") {
		if policy := block.Body.Attributes["policy"]; policy != nil {
			b.error(policy.Expr.Range(), "restart policy \""+string(given)+"\" of a "+what,
				"It would run for ever: a "+what+" is done when it has ended well. Use \"on-failure\".")
		}
	}
}

// withoutHealth drops the checks that supervisors give to all their members: a oneshot has nothing to check.
func (b *body) withoutHealth() {
	for i, l := range b.layers {
		b.layers[i].own = withoutBlocks(l.own, "health")
	}
}

// checkStart warns of a directory that is not there.
func (b *body) checkStart(p *Process) {
	a, ok := b.attr("directory")
	if !ok || p.Directory == "" {
		return
	}
	stat, err := b.names.host.Stat(p.Directory)
	switch {
	case err != nil:
		b.atStart(a.expr.Range(), "directory "+p.Directory+" "+absence(err), unexpanded(p.Directory, failsStart))
	case !stat.IsDir():
		b.atStart(a.expr.Range(), "directory "+p.Directory+" is not a directory", failsStart)
	}
}

// LogName is the name of a unit's log file: KIND.NAME.log, or KIND.NAME.KEY.log of an instance.
func LogName(id ID) string {
	name := string(id.Base())
	if key := id.Key(); key != "" {
		name += "." + key
	}
	return strings.ReplaceAll(name, "/", "_") + ".log"
}
