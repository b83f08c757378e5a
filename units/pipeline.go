package units

import (
	"path"
	"slices"
)

// Pipeline is a list of steps that stops at the first failure. Its Process says how the commands of the steps run:
// where, with which environment, limits and sandbox; what runs is the steps' own.
type Pipeline struct {
	Process
	Triggers []Trigger
	Steps    []Step
	// Rollback says whether a failed run is taken back.
	Rollback bool
}

// Git is what the git step fetches; nil: there is none.
func (p *Pipeline) Git() *Git {
	for _, s := range p.Steps {
		if s.Git != nil {
			return s.Git
		}
	}
	return nil
}

// pipeline reads a pipeline. The references of its steps come back for the checks of all references.
func (b *body) pipeline(in setting) (*Pipeline, []reference) {
	p := &Pipeline{Process: b.surroundings(in)}
	p.Type, p.Restart = TypeOneshot, appRestart(TypeOneshot)
	p.Rollback = b.flag("rollback", true)
	b.refuseCommand()
	var program Program
	p.Program, program, _ = b.template(nil)
	steps := &stepReader{pipeline: p, id: in.unit.ID, program: program}
	b.each("step", func(inner *body, name string) { p.Steps = append(p.Steps, steps.read(inner, name)) })
	p.EnvFiles = b.envFiles(p.Directory, p.place)
	p.Program, program = placed{p.Program, p.place}, placeSecrets(program, p.place)
	b.secrets(&p.Process, in, program, nil)
	steps.checkPrograms()
	b.each("trigger", func(inner *body, kind string) {
		p.Triggers = append(p.Triggers, inner.trigger(kind, p.Directory, p.Git()))
	})
	if len(p.Steps) == 0 && b.broken[b.at.Filename] == nil {
		b.error(b.at, "pipeline without a step", "Write step \"NAME\" { command = […] }.")
	}
	if git := p.Git(); git == nil || git.Layout == LayoutInPlace {
		b.checkStart(&p.Process)
	}
	return p, steps.refs
}

// place is where a file is that a pipeline names by a relative path: in its directory, wherever a command runs. What
// releases share is in `shared` there.
func (p *Pipeline) place(name string) string {
	if git := p.Git(); git != nil && slices.ContainsFunc(git.Shared, func(shared string) bool { return within(name, shared) }) {
		return path.Join(p.Directory, "shared", name)
	}
	return path.Join(p.Directory, name)
}

// placed is a Template whose secrets come from the same files wherever it is run.
type placed struct {
	Template
	place func(string) string
}

// Program is that of the template.
func (t placed) Program(start Scope) (Program, error) {
	program, err := t.Template.Program(start)
	return placeSecrets(program, t.place), err
}

func placeSecrets(program Program, place func(string) string) Program {
	program.Secrets = slices.Clone(program.Secrets)
	for i, secret := range program.Secrets {
		if secret.File != "" && !path.IsAbs(secret.File) {
			program.Secrets[i].File = place(secret.File)
		}
	}
	return program
}

// refuseCommand points who writes a command into the pipeline itself to its steps.
func (b *body) refuseCommand() {
	if a, ok := find(b.own, b.scope, "command"); ok {
		known(&b.attrs, "command")
		b.error(a.at, "command in a pipeline", "Its steps have commands: step \"test\" { command = […] }.")
	}
}
