# Values come from config.env beside this file, and on this host alone from config.local.env.

variable "workers" {
  description = "How many workers serve the site"
  type        = number
  default     = min(2 * host.cpus + 1, 4)

  validation {
    condition     = var.workers > 0
    error_message = "at least one worker"
  }
}

variable "port" {
  description = "Loopback port of the site"
  type        = number
  default     = 8001
}

variable "settle" {
  description = "How long to wait before the first unit starts"
  type        = string
  default     = "30s"
}
