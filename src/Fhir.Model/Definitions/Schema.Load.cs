// Reads the embedded binary schema.

namespace FhirHub.Model;

public sealed partial class Schema
{
    private static Schema LoadEmbedded() => throw new InvalidOperationException("The schema is not embedded.");
}
