// A profile with what validates against it.

using FhirHub.Model;
using FhirHub.Validation;

namespace FhirHub.Conformance;

/// <summary>A validator that knows a profile.</summary>
/// <param name="Validator">The validator.</param>
/// <param name="Canonical">The profile's canonical URL.</param>
/// <param name="Lookup">The server that has what else is needed.</param>
internal sealed record ProfileValidation(Validator Validator, string Canonical, DestinationLookup Lookup)
{
    /// <summary>Everything that is wrong with the resource by this profile, and by those that it builds on.</summary>
    public ValueTask<IReadOnlyList<Issue>> ValidateAsync(ResourceTree resource, CancellationToken cancel)
    {
        var request = new ValidationRequest { Profiles = [Canonical], HonorsMetaProfile = false, BestPractice = false, Resolve = Lookup.ResolveAsync };
        return Validator.ValidateAsync(resource.Root, request, cancel);
    }
}
