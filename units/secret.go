package units

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Secret becomes the file Name in the credentials directory. Value is sensitive.
type Secret struct {
	Name  string
	File  string // one of File and Value; a relative path counts from the directory of the unit
	Value string
	Env   bool // also a variable of that name
}

// SecretFile is a file that a secret comes from, as it was when loading.
type SecretFile struct {
	Secret, Path string
	// Digest is a keyed digest of what it held, so that plan can tell that it changed without keeping it; "" where it
	// could not be read.
	Digest string
}

// MaxSecrets is how many bytes the secrets of one process may have together, as with systemd (systemd.exec(5),
// "Credentials"). MaxVariable is what the kernel takes for one variable, its name included (execve(2)).
const (
	MaxSecrets  = 1 << 20
	MaxVariable = 128 << 10
)

// CredentialsOf is the directory of the secrets of one process: that of the unit, or of one worker of a pool by its
// key, since two of the same index run side by side while a pool rolls.
func (p *Process) CredentialsOf(worker int) string {
	if p.Credentials == "" || worker == 0 {
		return p.Credentials
	}
	return p.Credentials + "." + strconv.Itoa(worker)
}

var secretName = pattern(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

// checkSecretName checks the name of a secret, which is that of a file, and perhaps of a variable.
func (r *report) checkSecretName(name string, at hcl.Range) bool {
	switch {
	case len(name) > 64:
		r.error(at, "name is longer than 64 characters", shorterName)
	case !secretName().MatchString(name):
		r.error(at, "name \""+name+"\" is not allowed", "Names of secrets are [A-Za-z0-9_][A-Za-z0-9_.-]*: it becomes that of a file.")
	default:
		return true
	}
	return false
}

var variableName = pattern(`^[A-Za-z_][A-Za-z0-9_]*$`)

// secret reads one secret block. Its messages quote no value.
func (b *body) secret(name string) Secret {
	s := Secret{Name: name, Env: b.flag("env", false)}
	if a, ok := b.attr("file"); ok {
		const none = "\x00" // it is no text, which is reported already
		if file := b.text("file", none); file != none {
			if err := checkPath(file); err != nil {
				b.error(a.expr.Range(), "file: "+err.Error(), pathHint)
			}
			s.File = expandHome(file, b.home)
		}
	}
	if a, ok := b.attr("value"); ok {
		if value := a.scope.eval(a.expr); value.IsKnown() {
			unmarked, _ := value.UnmarkDeep()
			s.Value, _ = a.scope.asText(unmarked, a.expr.Range(), "value")
		}
	}
	b.exactlyOne("file", "value")
	if a, ok := b.attr("env"); ok && s.Env {
		switch {
		case !variableName().MatchString(name):
			b.error(a.at, "secret \""+name+"\" cannot be a variable", "Names of variables are [A-Za-z_][A-Za-z0-9_]*.")
		case slices.Contains(reservedEnv, name):
			b.error(a.at, "variable "+name+" is set by unitd itself", "Give the secret another name.")
		case strings.ContainsRune(s.Value, 0):
			b.error(a.at, "secret \""+name+"\" holds a NUL byte, and no variable can", "Take env = true out; the program finds it as a file.")
		case len(name)+len(s.Value)+2 > MaxVariable:
			b.error(a.at, fmt.Sprintf("secret %q has %d bytes, and a variable takes 128K at most", name, len(s.Value)), "Take env = true out; the program finds it as a file.")
		}
	}
	return s
}

// secrets notes where the secrets of a process will be, and what the files hold that they come from, for every worker
// where these differ. What a start would trip over is a warning: a file may come before the unit starts.
func (b *body) secrets(p *Process, in setting, sample Program, workers []WorkerScope) {
	if len(sample.Secrets) == 0 {
		return
	}
	p.Credentials = CredentialsPath(b.names.host.Paths().Runtime, in.owner().ID)
	total := 0
	for _, s := range sample.Secrets {
		total += len(s.Value)
	}
	at := blocksOf(b.own, "secret")[0].DefRange()
	if total > MaxSecrets {
		b.error(at, fmt.Sprintf("secrets of %d bytes, and 1M is the most that a program can have", total), "Keep what is large in a file of mode 0600 and give the program its path.")
	}
	for _, program := range b.programsOf(p, in, sample, workers) {
		for _, s := range program.Secrets {
			b.secretFile(p, s, at)
		}
	}
}

// programsOf are the programs of all workers, where a start decides what they are.
func (b *body) programsOf(p *Process, in setting, sample Program, workers []WorkerScope) []Program {
	if _, late := p.Program.(deferred); !late || len(workers) == 0 {
		return []Program{sample}
	}
	var all []Program
	for index := 1; index <= in.pool.Pool.Workers; index++ {
		scope := workers[0]
		scope.Index = index
		if program, err := p.Program.Program(Scope{Worker: &scope, Credentials: p.Credentials}); err == nil {
			all = append(all, program)
		}
	}
	return all
}

// secretFile enters the file of a secret, once.
func (b *body) secretFile(p *Process, s Secret, at hcl.Range) {
	file := SecretFile{Secret: s.Name, Path: s.File}
	known := func(other SecretFile) bool { return other.Secret == file.Secret && other.Path == file.Path }
	if s.File == "" || slices.ContainsFunc(p.SecretFiles, known) {
		return
	}
	name := s.File
	if !path.IsAbs(name) {
		name = path.Join(p.Directory, name)
	}
	content, err := b.names.host.ReadSecret(name)
	if err == nil {
		file.Digest = b.names.host.Digest(string(content))
	} else {
		b.atStart(at, "secret "+s.Name+": "+name+" "+err.Error(), failsStart)
	}
	p.SecretFiles = append(p.SecretFiles, file)
}

// CredentialsPath is the directory of a unit's secrets, in the runtime directory of the manager.
func CredentialsPath(runtime string, unit ID) string {
	return path.Join(runtime, "credentials", strings.TrimSuffix(LogName(unit), ".log"))
}

// changedSecrets are the names of secrets that are in both definitions and whose values differ. Of a file that cannot be
// read now nobody knows what has changed, and nothing is restarted because of it.
func changedSecrets(old, next *properties, before, after *Process) []string {
	if before == nil || after == nil {
		return nil
	}
	var names []string
	for _, name := range namesOf(old, next) {
		secret, isValue := strings.CutSuffix(strings.TrimPrefix(name, "secret."), ".value")
		if o, n := old.find(name), next.find(name); isValue && strings.HasPrefix(name, "secret.") && o.value != "" && n.value != "" && o.value != n.value {
			names = append(names, secret)
		}
	}
	for _, file := range after.SecretFiles {
		for _, was := range before.SecretFiles {
			if was.Secret == file.Secret && was.Path == file.Path && file.Digest != "" && was.Digest != file.Digest {
				names = append(names, file.Secret)
			}
		}
	}
	slices.SortFunc(names, cmp.Compare)
	return slices.Compact(names)
}
