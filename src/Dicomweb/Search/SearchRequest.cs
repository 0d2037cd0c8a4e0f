// A search as it was asked for: what is looked for where, and what is to be said of each match.

namespace FhirHub.Dicomweb;

/// <summary>A search (PS3.18 10.6).</summary>
internal sealed class SearchRequest
{
    /// <summary>What matches are: studies, series or instances.</summary>
    public required IndexLevel Level { get; init; }

    /// <summary>Study and series of the address; null for all.</summary>
    public string? Study { get; init; }

    /// <summary>The series of the address.</summary>
    public string? Series { get; init; }

    /// <summary>The keys, all of which hold.</summary>
    public List<SearchKey> Keys { get; } = [];

    /// <summary>UIDs that the keys allow, by level; null for all.</summary>
    public IReadOnlyCollection<string>?[] Uids { get; } = new IReadOnlyCollection<string>?[3];

    /// <summary>Attributes that are returned beside the required ones.</summary>
    public HashSet<AttributeStep> Included { get; } = [];

    /// <summary>Whether all stored attributes are returned.</summary>
    public bool IncludesAll { get; set; }

    /// <summary>The most matches of the answer.</summary>
    public int Limit { get; set; }

    /// <summary>Matches that are passed over.</summary>
    public int Offset { get; set; }

    /// <summary>What the client has to be told beside the answer.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Whether a level's required attributes are returned: those of the matches, and of levels above that the address does not name (PS3.18 10.6.3.3).</summary>
    public bool Returns(IndexLevel level) => level == Level || (level == IndexLevel.Study ? Study is null : Series is null && level < Level);
}
