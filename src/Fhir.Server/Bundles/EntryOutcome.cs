// What came of one entry.

namespace FhirHub.Server;

/// <summary>The outcome of an entry, as Bundle.entry.response tells it.</summary>
/// <param name="Answer">The answer that the same request would have got by itself.</param>
/// <param name="IsHead">True if the answer's resource is not wanted.</param>
internal sealed record EntryOutcome(FhirAnswer Answer, bool IsHead = false);
