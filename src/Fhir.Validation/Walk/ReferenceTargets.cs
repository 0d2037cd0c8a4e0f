// The resources that references of the validated one point to, as far as the host could read them.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>The targets that were read for one validation.</summary>
internal sealed class ReferenceTargets(ValidationRequest request)
{
    private readonly Dictionary<string, ResourceTree?> _read = new(StringComparer.Ordinal);

    /// <summary>True if it was read or found not to be there; the tree is null in the second case.</summary>
    public bool TryGet(string reference, out ResourceTree? target) => _read.TryGetValue(reference, out target);

    /// <summary>Reads what a walk asked for.</summary>
    public async ValueTask ReadAsync(ValidationNeeds needs, CancellationToken cancel)
    {
        if (request.Resolve is not { } resolve)
            return;
        foreach (var reference in needs.References)
            _read[reference] = await resolve(reference, cancel);
    }
}
