// A change with what has become of the instance since.

namespace FhirHub.Dicomweb;

/// <summary>A row of the change feed as it is answered.</summary>
/// <param name="Change">What happened.</param>
/// <param name="State">
/// <c>current</c> if the instance still is what the change made it, <c>replaced</c> if it was stored again since, <c>deleted</c> if it is not there.
/// </param>
/// <param name="Metadata">Its metadata as it is kept (<see cref="InstanceMetadata"/>), if it is current and was asked for.</param>
internal sealed record ChangeFeedEntry(ImageChange Change, string State, byte[]? Metadata);
