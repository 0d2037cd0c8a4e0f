// Reads the compact binary form of the definitions that the build embeds (build/DefinitionsCompiler/BinaryOutput.cs writes it).

using System.Reflection;
using System.Text;

namespace FhirHub.Model;

/// <summary>A forward reader of varints and of strings from the resource's own table.</summary>
internal ref struct DefinitionsReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string[] _strings;
    private int _position;

    public DefinitionsReader(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        _strings = [];
        _strings = new string[Number()];
        for (var i = 0; i < _strings.Length; i++)
        {
            var length = Number();
            _strings[i] = Encoding.UTF8.GetString(_bytes.Slice(_position, length));
            _position += length;
        }
    }

    /// <summary>An embedded resource of this assembly, by its logical name.</summary>
    public static Stream Open(string resource) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
        ?? throw new InvalidOperationException($"The assembly was built without {resource}.");

    /// <summary>The bytes of an embedded resource.</summary>
    public static byte[] ReadAll(string resource)
    {
        using var stream = Open(resource);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public int Number()
    {
        var value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = _bytes[_position++];
            value |= (part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }
    }

    public string? OptionalText() => Number() is > 0 and var index ? _strings[index - 1] : null;

    public string Text() => _strings[Number() - 1];

    public string[] Texts()
    {
        var count = Number();
        if (count == 0)
            return [];
        var texts = new string[count];
        for (var i = 0; i < count; i++)
            texts[i] = Text();
        return texts;
    }
}
