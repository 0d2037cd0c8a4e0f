// Writes the compact form that Fhir.Model's DefinitionsReader reads: varints and strings of a shared table.

using System.Text;

namespace FhirHub.DefinitionsCompiler;

/// <summary>A binary resource: its string table, then its body.</summary>
internal sealed class BinaryOutput : IDisposable
{
    private readonly Dictionary<string, int> _strings = new(StringComparer.Ordinal);
    private readonly MemoryStream _body = new();

    /// <summary>An unsigned number, seven bits a byte, least first.</summary>
    public void Number(int value) => Number(_body, value);

    /// <summary>A string, as its number in the table from 1; 0 for null.</summary>
    public void Text(string? value)
    {
        if (value is null)
        {
            Number(0);
            return;
        }

        if (!_strings.TryGetValue(value, out var index))
            _strings.Add(value, index = _strings.Count + 1);
        Number(index);
    }

    /// <summary>Count and strings.</summary>
    public void Texts(IReadOnlyCollection<string> values)
    {
        Number(values.Count);
        foreach (var value in values)
            Text(value);
    }

    /// <summary>The whole resource.</summary>
    public byte[] ToArray()
    {
        using var output = new MemoryStream();
        Number(output, _strings.Count);
        foreach (var text in _strings.Keys)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            Number(output, utf8.Length);
            output.Write(utf8);
        }

        _body.WriteTo(output);
        return output.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _body.Dispose();

    private static void Number(MemoryStream stream, int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        for (; value >= 0x80; value >>= 7)
            stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }
}
