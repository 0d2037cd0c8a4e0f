// Launch context: what an app is told of where it was launched (SMART App Launch 2.2.0, scopes-and-launch-context.html#launch-context).

using System.Text.Json.Nodes;

namespace FhirHub.Smart;

/// <summary>The launch context of a grant.</summary>
public sealed record LaunchContext
{
    /// <summary>Nothing.</summary>
    public static LaunchContext None { get; } = new();

    /// <summary><c>patient</c>: id of the Patient.</summary>
    public string? Patient { get; init; }

    /// <summary><c>encounter</c>: id of the Encounter.</summary>
    public string? Encounter { get; init; }

    /// <summary><c>fhirContext</c>: objects with <c>reference</c>, <c>canonical</c> or <c>identifier</c>.</summary>
    public JsonArray? FhirContext { get; init; }

    /// <summary><c>intent</c>.</summary>
    public string? Intent { get; init; }

    /// <summary><c>need_patient_banner</c>; null to leave it out.</summary>
    public bool? NeedPatientBanner { get; init; }

    /// <summary><c>smart_style_url</c>.</summary>
    public string? SmartStyleUrl { get; init; }

    /// <summary><c>tenant</c>.</summary>
    public string? Tenant { get; init; }
}

/// <summary>A launch from an EHR that waits for its app.</summary>
public sealed record Launch
{
    /// <summary>The client that is launched; no other may use it.</summary>
    public required string ClientId { get; init; }

    /// <summary>The account that launched it, and must be the one that authorizes.</summary>
    public required string AccountId { get; init; }

    /// <summary>The context.</summary>
    public LaunchContext Context { get; init; } = LaunchContext.None;
}
