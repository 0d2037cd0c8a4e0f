// What identifies a search: a hash of its expression tree as the scope narrowed it. SQL would not do: it changes with the plan, with
// numbers that dictionaries give later, and with the commits that a time stands for.

using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Storage;

/// <summary>Hashes searches.</summary>
internal static class QueryDigest
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> s_properties = new();
    private static readonly ConditionalWeakTable<CodeSet, object> s_codeSets = [];

    /// <summary>A hash of parts of a search: texts, numbers, expressions, lists of them.</summary>
    public static ulong Hash(params IReadOnlyList<object?> parts)
    {
        using var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true))
            Write(parts, writer);
        return BitConverter.ToUInt64(SHA256.HashData(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    // Records are walked by their properties, so that no condition that is added to the tree can be left out here.
    private static void Write(object? value, BinaryWriter writer)
    {
        switch (value)
        {
            case null:
                writer.Write((byte)0);
                break;
            case string text:
                writer.Write((byte)1);
                writer.Write(text);
                break;
            case IFormattable scalar:
                writer.Write((byte)2);
                writer.Write(scalar.ToString(null, CultureInfo.InvariantCulture));
                break;
            case bool flag:
                writer.Write(flag);
                break;
            case SearchParameter parameter:
                writer.Write((byte)3);
                writer.Write(parameter.Key);
                break;
            case CodeSet codes:
                writer.Write((byte)4);
                writer.Write((ulong)s_codeSets.GetValue(codes, static set => (object)SumOf(set)));
                break;
            case RangePredicate { Prefix: SearchPrefix.Ap, Asked: var (low, high) }:
                // How near is near is reckoned from the present, and must not part the pages of a search from each other.
                writer.Write((byte)5);
                writer.Write(low);
                writer.Write(high);
                break;
            case IEnumerable items:
                writer.Write((byte)6);
                foreach (var item in items)
                    Write(item, writer);
                writer.Write((byte)7);
                break;
            default:
                writer.Write((byte)8);
                writer.Write(value.GetType().Name);
                foreach (var property in s_properties.GetOrAdd(value.GetType(), static type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)))
                    Write(property.GetValue(value), writer);
                break;
        }
    }

    // The order in which a set gives its codes says nothing, so their hashes are summed up.
    private static ulong SumOf(CodeSet codes)
    {
        var sum = 0UL;
        foreach (var system in codes.Systems)
        {
            var seed = Fnv(14695981039346656037, system);
            sum += seed;
            foreach (var code in codes.CodesOf(system) ?? [])
                sum += Fnv(seed, code);
        }

        foreach (var (name, system) in codes.OtherNames)
            sum += Fnv(Fnv(14695981039346656037, system), name);

        return sum;

        static ulong Fnv(ulong hash, string text)
        {
            foreach (var character in text)
                hash = (hash ^ character) * 1099511628211;
            return hash;
        }
    }
}
