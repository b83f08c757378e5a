package units

import (
	"testing"
	"time"
)

func TestJob(t *testing.T) {
	set := load(t, testHost(), `
job "nightly" {
  command   = ["~/bin/app", "report"]
  schedule  = "15 3 * * mon-fri"
  timezone  = "Europe/Berlin"
  jitter    = "1m"
  overlap   = "queue"
  catch_up  = true
  timeout   = "1h"
  retry {
    attempts = 3
    delay    = "2m"
  }
}
job "often" {
  command = ["x"]
  every   = "15m"
}
`)
	job := set.Units["job.nightly"].Job
	if job.Schedule != "15 3 * * mon-fri" || job.Timeout != time.Hour || job.Overlap != OverlapQueue || !job.CatchUp ||
		job.Retry != (Retry{3, 2 * time.Minute, 2 * time.Minute}) || job.Restart.Policy != RestartNo {
		t.Errorf("job %+v", job)
	}
	if job.Cron == nil || job.Cron.Weekdays != between(1, 5) || job.Zone.String() != "Europe/Berlin" || job.Jitter != time.Minute || !job.Scheduled() {
		t.Errorf("job %+v", job)
	}
	if often := set.Units["job.often"].Job; often.Every != 15*time.Minute || often.Overlap != OverlapSkip {
		t.Errorf("job %+v", often)
	}
	demand := load(t, testHost(), "job \"a\" {\n command = [\"x\"]\n}\n").Units["job.a"].Job
	if demand.Scheduled() || demand.Type != TypeOneshot || demand.Overlap != OverlapSkip || demand.Timeout != 0 || demand.Retry != (Retry{0, time.Second, time.Minute}) {
		t.Errorf("job %+v", demand)
	}
}

// TestJobOfSupervisor: what a supervisor gives to its members does not have a job run for ever, nor be checked.
func TestJobOfSupervisor(t *testing.T) {
	set := load(t, testHost(), `
supervisor "web" {
  defaults {
    stop_timeout = "3s"
    env          = { A = "1" }
    restart { policy = "always" }
    health "http" { url = "http://127.0.0.1" }
  }
}
job "a" {
  supervisor = supervisor.web
  command    = ["x"]
  every      = "1m"
}
`)
	job := set.Units["job.a"].Job
	program, err := job.Program.Program(Scope{})
	if err != nil {
		t.Fatal(err)
	}
	if job.Restart.Policy != RestartNo || job.StopTimeout != 3*time.Second || len(program.Health) > 0 || len(program.Env) != 1 {
		t.Errorf("job %+v, program %+v", job, program)
	}
}
