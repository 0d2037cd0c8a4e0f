#!/usr/bin/env bash
# Measures the image service beside Debian's Orthanc in one run: installs Orthanc where it is missing, and lets the benchmark start
# both on loopback and stop them. Options are the benchmark's (--filter STEP, --seconds N, --rounds N).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if ! command -v Orthanc >/dev/null || [ ! -e /usr/share/orthanc/plugins/libOrthancDicomWeb.so ]; then
  apt-get update -q
  apt-get install -q -y --no-install-recommends orthanc orthanc-dicomweb
fi
exec dotnet run -c Release --project tests/Benchmarks -- dicomweb "$@"
