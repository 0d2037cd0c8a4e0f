// The R4 types, read at start from the binary schema that the build compiles.

namespace FhirHub.Model;

/// <summary>All types of R4 (4.0.1), as the embedded binary schema holds them.</summary>
public sealed partial class Schema
{
    private static readonly Lazy<Schema> LazyR4 = new(LoadEmbedded);

    private readonly Dictionary<string, TypeDefinition> _typesByName = new(StringComparer.Ordinal);

    /// <summary>The schema of R4 4.0.1; read on first use, then shared.</summary>
    public static Schema R4 => LazyR4.Value;

    /// <summary>Every type, backbone types included; <see cref="TypeDefinition.Index"/> is the position.</summary>
    public IReadOnlyList<TypeDefinition> Types { get; private set; } = [];

    /// <summary>Every element; <see cref="ElementDefinition.Index"/> is the position.</summary>
    public IReadOnlyList<ElementDefinition> Elements { get; private set; } = [];

    /// <summary>The concrete resource types, by name.</summary>
    public IReadOnlyList<TypeDefinition> ResourceTypes { get; private set; } = [];

    /// <summary>The greatest <see cref="TypeDefinition.PropertyCount"/> of any type.</summary>
    public int MaxPropertyCount { get; private set; }

    /// <summary>The type of that name, or null.</summary>
    public TypeDefinition? FindType(string name) => _typesByName.GetValueOrDefault(name);

    /// <summary>The type of that UTF-8 name, or null.</summary>
    public TypeDefinition? FindType(ReadOnlySpan<byte> utf8Name)
    {
        if (utf8Name.Length > 128)
            return null;
        Span<char> chars = stackalloc char[128];
        if (!System.Text.Encoding.UTF8.TryGetChars(utf8Name, chars, out var written))
            return null;
        return _typesByName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(chars[..written], out var type) ? type : null;
    }

    /// <summary>The concrete resource type of that name, or null.</summary>
    public TypeDefinition? FindResourceType(string name) => FindResourceType(name.AsSpan());

    /// <summary>The same for a part of a text.</summary>
    public TypeDefinition? FindResourceType(ReadOnlySpan<char> name) =>
        _typesByName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var type) && type is { IsResource: true, IsAbstract: false }
            ? type
            : null;
}
