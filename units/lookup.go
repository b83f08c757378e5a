package units

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// SearchPath is where a program is looked up by its name, as long as `env` gives no PATH of its own: first what
// path_prepend says.
func SearchPath(home string, prepend []string) []string {
	return append(append([]string{}, prepend...), path.Join(home, "bin"), path.Join(home, ".local/bin"),
		"/usr/local/bin", "/usr/bin", "/bin")
}

// checkCommand warns of a program that is not there or cannot be executed.
func (b *body) checkCommand(p *Process, program Program) {
	if a, ok := b.attr("command"); ok {
		b.checkThere(firstOf(a.expr), "command", failsStart, program.Command, p, program)
	}
}

// checkBeside is checkCommand for what runs beside the program. What comes after the first of pre_start may be something that
// this brings, and is not looked for.
func (b *body) checkBeside(p *Process, program Program) {
	brought := false
	for _, hooks := range []struct {
		name string
		list [][]string
	}{{"pre_start", program.PreStart}, {"post_start", program.PostStart}, {"pre_stop", program.PreStop}, {"post_stop", program.PostStop}} {
		without := failsStart
		if strings.HasSuffix(hooks.name, "stop") {
			without = "What it is there for does not happen as long as that is so."
		}
		a, ok := b.attr(hooks.name)
		for i, argv := range hooks.list {
			if ok && !brought {
				b.checkThere(hookRange(a.expr, i), hooks.name, without, argv, p, program)
			}
			brought = brought || hooks.name == "pre_start"
		}
	}
	if brought {
		return
	}
	for _, reload := range blocksOf(b.own, "reload") {
		b.checkThere(reload.DefRange(), "reload command", "Reloads fail as long as that is so.", program.ReloadCommand, p, program)
	}
	for _, h := range program.Health {
		b.checkThere(b.blockRange("health", h.Name), "command of health \""+h.Name+"\":", "The check fails as long as that is so.", h.Command, p, program)
	}
}

// firstOf is where the first element of a list stands.
func firstOf(expr hclsyntax.Expression) hcl.Range {
	if items := tupleItems(expr); len(items) > 0 {
		return items[0].Range()
	}
	return expr.Range()
}

// hookRange is where the program of a hook stands.
func hookRange(expr hclsyntax.Expression, index int) hcl.Range {
	if items := tupleItems(expr); index < len(items) {
		return firstOf(items[index])
	}
	return expr.Range()
}

// checkThere warns where the program of argv is not there or cannot be executed. What says for people which one it is, without
// what follows from that.
func (b *body) checkThere(at hcl.Range, what, without string, argv []string, p *Process, program Program) {
	if len(argv) == 0 {
		return
	}
	report := func(at hcl.Range, summary, hint string) { b.warning(at, summary, hint) }
	if without == failsStart || without == failsStep {
		report = b.atStart
	}
	name := argv[0]
	if !strings.Contains(name, "/") {
		if known := searchPath(b.home, p, program); known != nil && !b.found(name, p.Directory, known) {
			hint := "Looked for in " + strings.Join(known, ", ") + "; path_prepend adds to these."
			if strings.Contains(name, " ") {
				hint = "It is run without a shell: write each argument as an element of the list."
			}
			report(at, what+" "+name+" is not in PATH", hint)
		}
		return
	}
	if !path.IsAbs(name) {
		name = path.Join(p.Directory, name)
	}
	stat, err := b.names.host.Stat(name)
	switch {
	case err != nil:
		report(at, what+" "+name+" "+absence(err), unexpanded(name, without))
	case stat.IsDir():
		report(at, what+" "+name+" is a directory", without)
	case stat.Mode()&0o111 == 0:
		report(at, what+" "+name+" is not executable", "Run: chmod +x "+name)
	}
}

// searchPath is the PATH of a program; nil where it is known only when that starts.
func searchPath(home string, p *Process, program Program) []string {
	for _, file := range p.EnvFiles {
		if _, gives := file.Digests["PATH"]; gives || file.Unread {
			return nil
		}
	}
	for _, v := range program.Env {
		if v.Name == "PATH" && v.Sensitive {
			return nil
		} else if v.Name == "PATH" {
			return strings.Split(v.Value, ":")
		}
	}
	return SearchPath(home, p.PathPrepend)
}

// found reports a program that one of the directories has.
func (b *body) found(name, directory string, in []string) bool {
	for _, entry := range in {
		if !path.IsAbs(entry) {
			entry = path.Join(directory, entry)
		}
		if stat, err := b.names.host.Stat(path.Join(entry, name)); err == nil && !stat.IsDir() && stat.Mode()&0o111 != 0 {
			return true
		}
	}
	return false
}

// absence says what is wrong with a file that could not be looked at.
func absence(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "does not exist"
	}
	if failure := (*fs.PathError)(nil); errors.As(err, &failure) {
		err = failure.Err
	}
	return "cannot be reached: " + err.Error()
}

// unexpanded is the hint for a path that leads nowhere, and perhaps holds what a shell would have replaced; without says what
// follows.
func unexpanded(name, without string) string {
	if !strings.Contains(name, "$") {
		return without
	}
	return "No shell reads this, so $… stays as it is: for the home directory write \"~/\", for a variable of unitd ${env(\"NAME\")}."
}
