package units

// checkStepUnits reports units that cannot do what a step of a pipeline wants of them. It comes last, when all units are
// read.
func (l *loader) checkStepUnits() {
	for _, r := range l.refs {
		u := l.set.Units[r.to]
		if l.set.Units[r.from].Pipeline == nil || u == nil || u.TemplateOf != "" {
			continue
		}
		problem, hint := unfit(StepKind(r.attr), r.from, u)
		if by := l.fallsWith(r.from, r.to); problem == "" && by != "" && (r.attr == string(StepRestart) || r.attr == string(StepStop)) {
			problem = " cannot be " + map[string]string{string(StepRestart): "restarted", string(StepStop): "stopped"}[r.attr] + " by a step: that stops the pipeline with it"
			hint = "The pipeline is bound to it by " + by + "; take that out, or use wants or after."
		}
		if problem != "" {
			l.error(r.at, string(r.to)+problem, hint)
		}
	}
}

// fallsWith says by what a unit stops when another one is stopped; "": it does not.
func (l *loader) fallsWith(id, other ID) (by string) {
	type bond struct {
		by    string
		units []ID
	}
	seen := map[ID]bool{id: true}
	for queue := []ID{id}; len(queue) > 0; queue = queue[1:] {
		u := l.set.Units[queue[0]]
		if u == nil {
			continue
		}
		bonds := []bond{{"requires", u.Requires}, {"binds_to", u.BindsTo}, {"part_of", u.PartOf}}
		if u.Supervisor != "" {
			bonds = append(bonds, bond{"supervisor", []ID{u.Supervisor}})
		}
		for _, bond := range bonds {
			for _, next := range bond.units {
				switch {
				case next == other && queue[0] == id:
					return bond.by
				case next == other:
					return "what it needs, " + string(queue[0])
				case !seen[next]:
					seen[next] = true
					queue = append(queue, next)
				}
			}
		}
	}
	return ""
}

// unfit says why a step cannot do that with a unit; "" where it can, or the reference is none of a step.
func unfit(verb StepKind, pipeline ID, u *Unit) (problem, hint string) {
	switch verb {
	case StepReload, StepRestart, StepStart, StepStop, StepHealthy:
	default:
		return "", ""
	}
	kind := u.ID.Kind()
	switch {
	case u.ID == pipeline:
		return " names itself in " + string(verb), "It runs already when its steps do. Take it out."
	case kind == KindPipeline:
		return " is a pipeline, and steps do not " + string(verb) + " one", "Name it in on_success of " + string(pipeline) + " to run it afterwards."
	case verb == StepReload && kind == KindJob:
		return " has nothing to reload", "The next run of a job reads everything anew. Take it out, or use start to run it now."
	case verb == StepReload && kind == KindDelay:
		return " has nothing to reload", "A delay runs nothing. Take it out."
	case verb == StepReload && u.App != nil && !u.Reloads():
		return " has no reload block", "Use restart, or say in the unit how it reloads: reload { signal = \"SIGHUP\" }."
	case verb == StepHealthy && kind == KindJob, verb == StepHealthy && u.App != nil && u.App.Type == TypeOneshot && !u.App.Remain:
		return " is not active once it has ended", "healthy waits for units that go on running; start waits for the end of one that ends, and fails with it."
	}
	return "", ""
}

// Reloads reports a unit that knows how to reload.
func (u *Unit) Reloads() bool {
	return u.Pool != nil || u.App != nil && (u.App.Reload != nil || u.App.Type == TypeNotifyReload)
}
