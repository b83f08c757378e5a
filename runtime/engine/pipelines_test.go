package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"unitd/policy/lifecycle"
	"unitd/units"
)

// piped is a pipeline whose steps are commands.
func piped(name string, steps ...string) *units.Unit {
	p := &units.Pipeline{Process: process(name), Rollback: true}
	p.Type, p.Restart.Policy = units.TypeOneshot, units.RestartNo
	for _, step := range steps {
		program := units.StepProgram{When: true, Command: []string{step}}
		p.Steps = append(p.Steps, units.Step{Name: step, Kind: units.StepCommand, Timeout: time.Hour, Template: units.FixedStep(program)})
	}
	return &units.Unit{ID: units.ID("pipeline." + name), Enabled: true, Pipeline: p}
}

// TestDeployWhileOneRuns has one request wait, and each newer one take its place.
func TestDeployWhileOneRuns(t *testing.T) {
	quiet(t, []*units.Unit{piped("deploy", "build", "test")}, func(b *bench) {
		b.fake.script = func(units.ID, lifecycle.Action) fate { return fate{lives: time.Minute} }
		b.boot()
		for range 3 {
			b.call(func(m *Model) {
				if _, err := m.Deploy("pipeline.deploy", lifecycle.PipelineRequest{By: lifecycle.ByDeploy}); err != nil {
					b.broke("%v", err)
				}
			})
		}
		b.pass(10 * time.Minute)
		var got []string
		b.call(func(m *Model) {
			runs, _ := m.Runs("pipeline.deploy")
			for _, r := range runs {
				got = append(got, fmt.Sprintf("#%d %s %s %s", r.ID, r.By, r.Result, r.Why))
			}
		})
		want := "#3 deploy ok \n#2 deploy superseded by #3\n#1 deploy ok "
		if text := strings.Join(got, "\n"); text != want {
			b.fail("runs\n%s\nwant\n%s", text, want)
		}
	})
}
