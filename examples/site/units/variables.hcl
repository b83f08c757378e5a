# What differs from account to account; config.env and config.local.env say it.

variable "repository" {
  description = "Where the code of the site comes from, as git clone takes it"
  type        = string
}

variable "branch" {
  description = "The branch that is live"
  type        = string
  default     = "main"
}

variable "home" {
  description = "Where the releases are, and what they share"
  type        = string
  default     = "~/site"
}

variable "workers" {
  description = "How many uvicorn processes serve the site"
  type        = number
  default     = min(2 * host.cpus + 1, 4) # the shared-hosting rule: 1 CPU -> 3, 2 -> 4, 4 -> 4

  validation {
    condition     = var.workers > 0
    error_message = "at least one worker"
  }
}

variable "port" {
  description = "Loopback port that the account's web server passes requests to"
  type        = number
  default     = 8001
}

variable "hook_port" {
  description = "Loopback port that the account's web server passes webhooks to"
  type        = number
  default     = 9001
}

variable "install" {
  description = "Give each release a virtual environment of its own; false: all use the python3 of the host"
  type        = bool
  default     = true
}

variable "timezone" {
  description = "Where it is night when the nightly job runs"
  type        = string
  default     = "Europe/Berlin"
}

variable "settle" {
  description = "How long after the host's boot the first worker starts"
  type        = string
  default     = "30s"
}
