app "a" {
  command = ["gunicorn", "--access-logformat", "%{User-agent}i"] # ERROR: "%{" begins a template directive; Where it is meant literally, as in a log format, write it as "%%{"
}
