// Header fields of a message that passes the proxy.

namespace FhirHub.Conformance;

/// <summary>Header fields in their order; names are compared without regard to case.</summary>
internal sealed class HeaderFields : List<KeyValuePair<string, string>>
{
    public HeaderFields()
    {
    }

    public HeaderFields(IEnumerable<KeyValuePair<string, string>> fields)
        : base(fields)
    {
    }

    /// <summary>The first value of a field; null if it is not there.</summary>
    public string? Find(string name) => Exists(field => Is(field, name)) ? Find(field => Is(field, name)).Value : null;

    /// <summary>Takes a field away; false if it is not there.</summary>
    public bool Drop(string name) => RemoveAll(field => Is(field, name)) > 0;

    /// <summary>Gives a field another value; false if it is not there or has that value.</summary>
    public bool Change(string name, Func<string, string> change)
    {
        var at = FindIndex(field => Is(field, name));
        if (at < 0 || change(this[at].Value) is not { } value || value == this[at].Value)
            return false;
        this[at] = new(this[at].Key, value);
        return true;
    }

    /// <summary>Sets a field, in place of what there is of that name.</summary>
    public void Set(string name, string value)
    {
        Drop(name);
        Add(new(name, value));
    }

    private static bool Is(KeyValuePair<string, string> field, string name) => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase);
}
