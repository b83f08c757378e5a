package ipctest

import (
	"context"

	"unitd/ipc/protocol"
)

// Deploy answers with the first of Deployment.
func (m *Manager) Deploy(_ context.Context, request protocol.RunRequest) (protocol.PipelineRun, error) {
	m.note("deploy", request)
	if request.Pipeline != "" {
		if err := m.one(request.Pipeline); err != nil {
			return protocol.PipelineRun{}, err
		}
	}
	if m.Err != nil || len(m.Deployment) == 0 {
		return protocol.PipelineRun{}, m.Err
	}
	return m.Deployment[0], nil
}

// Runs answers with Remembered.
func (m *Manager) Runs(_ context.Context, query protocol.RunQuery) ([]protocol.PipelineRun, error) {
	m.note("runs", query)
	if _, err := m.names(query.Pipelines); err != nil {
		return nil, err
	}
	return m.Remembered, m.Err
}

// Run answers with the one of Remembered that has that id.
func (m *Manager) Run(_ context.Context, pipeline string, id int) (protocol.PipelineRun, error) {
	if err := m.one(pipeline); err != nil {
		return protocol.PipelineRun{}, err
	}
	for _, run := range m.Remembered {
		if run.ID == id {
			return run, nil
		}
	}
	return protocol.PipelineRun{}, protocol.NoSuchRun(pipeline, id)
}

// WatchRun emits Deployment.
func (m *Manager) WatchRun(ctx context.Context, pipeline string, id int, emit func(protocol.PipelineRun) error) error {
	if len(m.Deployment) == 0 || m.Deployment[0].ID != id {
		return protocol.NoSuchRun(pipeline, id)
	}
	for _, run := range m.Deployment {
		if err := emit(run); err != nil {
			return err
		}
	}
	return m.hold(ctx)
}

// CancelRun answers with the last of Deployment.
func (m *Manager) CancelRun(_ context.Context, pipeline string, id int) (protocol.PipelineRun, error) {
	m.note("cancel "+pipeline, id)
	if len(m.Deployment) == 0 || m.Deployment[0].ID != id {
		return protocol.PipelineRun{}, protocol.NoSuchRun(pipeline, id)
	}
	return m.Deployment[len(m.Deployment)-1], m.Err
}
