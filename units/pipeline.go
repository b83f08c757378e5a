package units

// Pipeline is a list of steps that stops at the first failure.
type Pipeline struct {
	Directory string
	EnvFiles  []EnvFile
	Triggers  []Trigger
	Steps     []Step
	Rollback  bool
}

// pipeline reads a pipeline.
func (b *body) pipeline(id ID) *Pipeline {
	p := &Pipeline{}
	p.Directory = b.path("directory", b.home, "")
	p.EnvFiles = b.envFiles(p.Directory)
	p.Rollback = b.flag("rollback", true)
	b.each("step", func(inner *body, name string) { p.Steps = append(p.Steps, inner.step(name, id)) })
	b.each("trigger", func(inner *body, kind string) {
		p.Triggers = append(p.Triggers, inner.trigger(kind, p.Directory, p.Git()))
	})
	if len(p.Steps) == 0 {
		b.error(b.at, "pipeline without a step", "Write step \"NAME\" { command = […] }.")
	}
	return p
}

// Git is what the first git step fetches; nil: there is none.
func (p *Pipeline) Git() *Git {
	for _, s := range p.Steps {
		if s.Git != nil {
			return s.Git
		}
	}
	return nil
}
