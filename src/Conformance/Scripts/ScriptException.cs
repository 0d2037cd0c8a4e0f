// Why a script can't be run at all.

namespace FhirHub.Conformance;

/// <summary>A script, a fixture or a configuration of a run that can't be used; the message says what to do.</summary>
public sealed class ScriptException(string message) : Exception(message);
