// An institution of the region, and where it stands.

namespace FhirHub.Samples.Region;

/// <summary>The five tiers, the highest first.</summary>
internal enum Tier
{
    Province,
    City,
    County,
    Township,
    Village,
}

/// <summary>A hospital, health centre or clinic.</summary>
/// <param name="Tier">Its tier.</param>
/// <param name="Index">Its number within the tier, from 0.</param>
/// <param name="Name">Its name.</param>
/// <param name="Division">Code of the division that it serves.</param>
/// <param name="Place">Name of that division from the province down.</param>
/// <param name="CreditCode">Its unified social credit code.</param>
/// <param name="Kind">Its kind, a code of <c>organization-kind</c>.</param>
/// <param name="Parent">The institution above it.</param>
internal sealed record Institution(Tier Tier, int Index, string Name, string Division, Place Place, string CreditCode, string Kind, Institution? Parent)
{
    /// <summary>The logical id of its Organization.</summary>
    public string Id { get; } = $"{NameOf(Tier)}-{Index + 1}";

    /// <summary>A reference to its Organization.</summary>
    public string Reference => $"Organization/{Id}";

    /// <summary>True for those that have wards, laboratories and systems of their own.</summary>
    public bool IsHospital => Tier <= Tier.County;

    /// <summary>The hospital whose laboratory and pharmacy codes it uses: its own, or those of its county's.</summary>
    public Institution CodeOwner => IsHospital ? this : Parent!.CodeOwner;

    /// <summary>Number of practitioners.</summary>
    public int Practitioners => Tier switch { Tier.Province => 13, Tier.City => 8, Tier.County => 7, Tier.Township => 3, _ => 1 };

    /// <summary>The institution of a tier above it, or itself.</summary>
    public Institution Up(Tier tier) => Tier <= tier ? this : Parent!.Up(tier);

    /// <summary>The code of a tier.</summary>
    public static string NameOf(Tier tier) => tier switch
    {
        Tier.Province => "province",
        Tier.City => "city",
        Tier.County => "county",
        Tier.Township => "township",
        _ => "village",
    };
}

/// <summary>Names of the divisions that a place lies in; the lower ones are null for an institution of a higher tier.</summary>
internal sealed record Place(string Province, string City, string? County = null, string? Township = null, string? Village = null)
{
    /// <summary>All names together, as addresses in China begin.</summary>
    public string Text => $"{Province}{City}{County}{Township}{Village}";
}
