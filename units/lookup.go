package units

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// SearchPath is where a program is looked up by its name, as long as `env` gives no PATH of its own: first what
// path_prepend says.
func SearchPath(home string, prepend []string) []string {
	return append(append([]string{}, prepend...), path.Join(home, "bin"), path.Join(home, ".local/bin"),
		"/usr/local/bin", "/usr/bin", "/bin")
}

// checkCommand warns of a program that is not there or cannot be executed.
func (b *body) checkCommand(p *Process, program Program) {
	a, ok := b.attr("command")
	if !ok || len(program.Command) == 0 {
		return
	}
	at := a.expr.Range()
	if items := tupleItems(a.expr); len(items) > 0 {
		at = items[0].Range()
	}
	name := program.Command[0]
	if !strings.Contains(name, "/") {
		if known := searchPath(b.home, p, program); known != nil && !b.found(name, p.Directory, known) {
			hint := "Looked for in " + strings.Join(known, ", ") + "; path_prepend adds to these."
			if strings.Contains(name, " ") {
				hint = "It is run without a shell: write each argument as an element of the list."
			}
			b.atStart(at, "command "+name+" is not in PATH", hint)
		}
		return
	}
	if !path.IsAbs(name) {
		name = path.Join(p.Directory, name)
	}
	stat, err := b.names.host.Stat(name)
	switch {
	case err != nil:
		b.atStart(at, "command "+name+" "+absence(err), unexpanded(name))
	case stat.IsDir():
		b.atStart(at, "command "+name+" is a directory", failsStart)
	case stat.Mode()&0o111 == 0:
		b.atStart(at, "command "+name+" is not executable", "Run: chmod +x "+name)
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

// unexpanded is the hint for a path that leads nowhere, and perhaps holds what a shell would have replaced.
func unexpanded(name string) string {
	if !strings.Contains(name, "$") {
		return failsStart
	}
	return "No shell reads this, so $… stays as it is: for the home directory write \"~/\", for a variable of unitd ${env(\"NAME\")}."
}
