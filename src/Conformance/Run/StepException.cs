// Why one step of a run can't be done.

namespace FhirHub.Conformance;

/// <summary>What a script asks for and can't have, such as the value of an unknown variable. The step becomes an error with this message; the run goes on.</summary>
internal sealed class StepException(string message) : Exception(message);
