#!/bin/bash
# Twice the Agent Group does not reach m3 for 0.7 s, which no timer of the cluster notices.
. "$(dirname "$0")/../common.sh"
usual_segment sw
gaps() {
  connected m1 198.18.0.12
  sleep 6
  for _ in 1 2; do
    gap sw 'oifname "p-m3" ip daddr 224.2.3.5' 0.7
    sleep 1.5
  done
}
gaps </dev/null >/dev/null 2>&1 &
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
