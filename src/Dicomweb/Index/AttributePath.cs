// Names of attributes as clients and configuration write them: keyword, tag, private tag with its creator, or a path through sequences.

using System.Globalization;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>One step of a path.</summary>
/// <param name="Tag">The tag; of a private attribute with a creator, the one with block 00, such as <c>(0009,0001)</c>.</param>
/// <param name="Creator">The private creator, null where the tag is meant as it is.</param>
internal readonly record struct AttributeStep(DicomTag Tag, string? Creator)
{
    public override string ToString() =>
        Creator is null ? Tag.ToHex() : string.Create(CultureInfo.InvariantCulture, $"{Tag.Group:X4}xx{(byte)Tag.Element:X2}:\"{Creator}\"");
}

/// <summary>
/// The name of an attribute (PS3.18 8.3.4): tags or keywords with dots between the levels of sequences. A private attribute is its tag, or its tag
/// with <c>xx</c> for the block and the creator behind a colon, in quotes where it has a dot: <c>0009xx01:GEMS_IDEN_01</c>.
/// </summary>
internal sealed class AttributePath : IEquatable<AttributePath>
{
    /// <summary>The most steps: no standard attribute needs more, and each costs time.</summary>
    public const int MaxSteps = 8;

    private const int MaxCreator = 64;

    private readonly string _text;

    public AttributePath(IReadOnlyList<AttributeStep> steps)
    {
        Steps = steps;
        _text = string.Join('.', steps);
    }

    /// <summary>From the outermost sequence to the attribute.</summary>
    public IReadOnlyList<AttributeStep> Steps { get; }

    /// <summary>The outermost step.</summary>
    public AttributeStep Root => Steps[0];

    /// <summary>The attribute itself.</summary>
    public AttributeStep Leaf => Steps[^1];

    /// <summary>The VR by the dictionary; <see cref="DicomVR.UN"/> where nothing is known.</summary>
    public DicomVR VR => Leaf switch
    {
        { Creator: { } creator } => DicomDictionary.FindPrivate(creator, Leaf.Tag)?.VRs[0] ?? DicomVR.UN,
        { Tag.IsPrivateCreator: true } => DicomVR.LO,
        _ => DicomDictionary.Find(Leaf.Tag)?.VRs[0] ?? DicomVR.UN,
    };

    /// <summary>The path of a standard attribute.</summary>
    public static AttributePath Of(DicomTag tag) => new([new(tag, null)]);

    /// <summary>Reads a name; null and a reason if it is none.</summary>
    public static AttributePath? TryParse(ReadOnlySpan<char> text, out string reason)
    {
        var steps = new List<AttributeStep>(2);
        while (true)
        {
            if (steps.Count == MaxSteps)
            {
                reason = $"has more than {MaxSteps} steps";
                return null;
            }

            if (!TryStep(ref text, out var step, out reason))
                return null;
            steps.Add(step);
            if (text.IsEmpty)
                break;
            text = text[1..];
        }

        return new(steps);
    }

    /// <inheritdoc/>
    public bool Equals(AttributePath? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AttributePath);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>Tags in hexadecimal with dots between them, by which the index knows it.</summary>
    public override string ToString() => _text;

    // Takes a step from the text, and leaves the dot behind it.
    private static bool TryStep(ref ReadOnlySpan<char> text, out AttributeStep step, out string reason)
    {
        step = default;
        reason = "is no keyword, tag or path of an attribute";
        var end = text.IndexOfAny('.', ':');
        var name = end < 0 ? text : text[..end];
        if (end < 0 || text[end] == '.')
        {
            text = end < 0 ? default : text[end..];
            if (name.Length > 64 || !DicomTag.TryParseAttribute(name.ToString(), out var tag) || tag.IsDelimiter || tag.IsGroupLength || tag.Group < 8)
                return false;
            step = new(tag, null);
            return true;
        }

        if (name.Length != 8 || (!name[4..6].Equals("xx", StringComparison.OrdinalIgnoreCase) && !uint.TryParse(name[4..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _)))
            return false;
        if (!ushort.TryParse(name[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var group)
            || !byte.TryParse(name[6..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var element)
            || (group & 1) == 0)
        {
            reason = "has a creator, but no tag of an odd group before it";
            return false;
        }

        text = text[(end + 1)..];
        ReadOnlySpan<char> creator;
        if (text is ['"', ..])
        {
            end = text[1..].IndexOf('"') + 1;
            if (end == 0 || (end + 1 < text.Length && text[end + 1] != '.'))
            {
                reason = "has a creator whose quotes don't end";
                return false;
            }

            creator = text[1..end];
            text = text[(end + 1)..];
        }
        else
        {
            end = text.IndexOf('.');
            creator = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[end..];
        }

        if (creator.IsEmpty || creator.Length > MaxCreator || creator.ContainsAny('"', '\\'))
        {
            reason = "has no creator behind its colon, or none that could be one";
            return false;
        }

        step = new(new(group, element), creator.ToString());
        return true;
    }
}
