#!/bin/bash
# In the middle of the run TCP between m1 and m2 is dropped for 3 s.
. "$(dirname "$0")/../common.sh"
usual_segment sw
gaps() {
  connected m1 198.18.0.12
  sleep 4
  gap sw 'ip saddr { 198.18.0.11, 198.18.0.12 } ip daddr { 198.18.0.11, 198.18.0.12 } meta l4proto tcp' 3
}
gaps </dev/null >/dev/null 2>&1 &
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
