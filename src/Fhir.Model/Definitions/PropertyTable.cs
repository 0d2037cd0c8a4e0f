// JSON property names of one type, looked up by their UTF-8 bytes without making a string.

using System.Text;

namespace FhirHub.Model;

/// <summary>What a JSON property name means in a type.</summary>
/// <param name="Element">The element.</param>
/// <param name="Type">The type, which a choice carries in the property's name.</param>
/// <param name="Ordinal">Number of the property in its type; the underscore form shares it.</param>
/// <param name="IsUnderscore">True for <c>_name</c>, which holds id and extensions of a primitive.</param>
public readonly record struct JsonProperty(ElementDefinition Element, TypeDefinition Type, int Ordinal, bool IsUnderscore);

/// <summary>Open addressing over a hash of length and three bytes; names are short, so comparing them is cheap.</summary>
internal sealed class PropertyTable
{
    private readonly (byte[] Name, JsonProperty Property)[] _entries;
    private readonly int[] _slots;

    public PropertyTable(IEnumerable<ElementDefinition> elements)
    {
        var entries = new List<(byte[] Name, JsonProperty Property)>();
        var ordinal = 0;
        foreach (var element in elements)
        {
            foreach (var type in element.Types)
            {
                var name = element.JsonNameFor(type);
                entries.Add((Encoding.UTF8.GetBytes(name), new JsonProperty(element, type, ordinal, false)));
                if (type.IsPrimitive && type.Primitive != PrimitiveKind.Xhtml)
                    entries.Add((Encoding.UTF8.GetBytes("_" + name), new JsonProperty(element, type, ordinal, true)));
                ordinal++;
            }
        }

        _entries = [.. entries];
        _slots = MakeSlots(_entries);
    }

    public bool TryFind(ReadOnlySpan<byte> name, out JsonProperty property)
    {
        var slots = _slots;
        var mask = slots.Length - 1;
        for (var at = Hash(name) & mask; slots[at] != 0; at = (at + 1) & mask)
        {
            ref readonly var entry = ref _entries[slots[at] - 1];
            if (name.SequenceEqual(entry.Name))
            {
                property = entry.Property;
                return true;
            }
        }

        property = default;
        return false;
    }

    private static int Hash(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
            return 0;
        return (name.Length * 31) ^ (name[0] * 131) ^ (name[^1] * 1031) ^ (name[name.Length / 2] * 8209);
    }

    private static int[] MakeSlots((byte[] Name, JsonProperty Property)[] entries)
    {
        var size = 8;
        while (size < entries.Length * 3)
            size *= 2;
        var slots = new int[size];
        for (var i = 0; i < entries.Length; i++)
        {
            var at = Hash(entries[i].Name) & (size - 1);
            while (slots[at] != 0)
                at = (at + 1) & (size - 1);
            slots[at] = i + 1;
        }

        return slots;
    }
}
