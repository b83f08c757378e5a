package units

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// withRights are programs that do what they are for by rights which their files give: a set-uid or set-gid bit, or
// capabilities (execve(2)). What they call in turn counts, too: mail hands its letter to sendmail.
var withRights = []string{
	"at", "batch", "chfn", "chsh", "crontab", "doas", "fusermount", "fusermount3", "mail", "mailx", "mount", "newgidmap", "newgrp",
	"newuidmap", "passwd", "ping", "pkexec", "postdrop", "postqueue", "sendmail", "su", "sudo", "traceroute", "umount",
}

// beforeCommands are words of the shell that a command follows.
var beforeCommands = []string{"!", "do", "elif", "else", "exec", "if", "then", "until", "while"}

// checkRights warns of programs that need rights which they do not get: not in a user namespace, and not with
// no_new_privileges in any.
func (b *body) checkRights(p *Process, program Program) {
	if !b.names.strict || p.Sandbox.Namespace == "off" && !p.Sandbox.NoNewPrivileges {
		return
	}
	for _, hooks := range []struct {
		name string
		list [][]string
	}{
		{"command", [][]string{program.Command}}, {"pre_start", program.PreStart}, {"post_start", program.PostStart},
		{"pre_stop", program.PreStop}, {"post_stop", program.PostStop},
	} {
		if a, ok := b.attr(hooks.name); ok {
			b.warnOfRights(a.expr.Range(), p, program, hooks.list...)
		}
	}
	for _, reload := range blocksOf(b.own, "reload") {
		b.warnOfRights(reload.DefRange(), p, program, program.ReloadCommand)
	}
	for _, h := range program.Health {
		b.warnOfRights(b.blockRange("health", h.Name), p, program, h.Command)
	}
}

func (b *body) warnOfRights(at hcl.Range, p *Process, program Program, commands ...[]string) {
	for _, argv := range commands {
		if name := b.needsRights(argv, p, program); name != "" {
			b.warning(at, name+" gets no rights of its own here", "Set-uid programs gain none in a user namespace, nor with no_new_privileges. "+
				"A unit that needs one has a sandbox block with namespace = \"off\" and no_new_privileges = false.")
		}
	}
}

// needsRights is the first program of a command that looks like one of those; of what a shell is told the first word of
// each part counts.
func (b *body) needsRights(argv []string, p *Process, program Program) string {
	if len(argv) == 0 {
		return ""
	}
	if b.givesRights(argv[0], p, program) {
		return path.Base(argv[0])
	}
	shell := slices.Contains([]string{"sh", "bash", "dash", "zsh", "ksh"}, path.Base(argv[0]))
	if at := slices.Index(argv, "-c"); shell && at > 0 && at+1 < len(argv) {
		for _, part := range strings.FieldsFunc(argv[at+1], func(r rune) bool { return strings.ContainsRune("\n;|&()`{}", r) }) {
			words := strings.Fields(part)
			for len(words) > 0 && slices.Contains(beforeCommands, words[0]) {
				words = words[1:]
			}
			if len(words) > 0 && slices.Contains(withRights, path.Base(words[0])) {
				return path.Base(words[0])
			}
		}
	}
	return ""
}

// givesRights reports a program that is known to need rights, or whose file gives some.
func (b *body) givesRights(name string, p *Process, program Program) bool {
	if slices.Contains(withRights, path.Base(name)) {
		return true
	}
	candidates := []string{name}
	if !strings.Contains(name, "/") {
		candidates = nil
		for _, dir := range searchPath(b.home, p, program) {
			candidates = append(candidates, path.Join(dir, name))
		}
	}
	for _, file := range candidates {
		if !path.IsAbs(file) {
			file = path.Join(p.Directory, file)
		}
		if stat, err := b.names.host.Stat(file); err == nil && !stat.IsDir() {
			return stat.Mode()&(fs.ModeSetuid|fs.ModeSetgid) != 0
		}
	}
	return false
}
