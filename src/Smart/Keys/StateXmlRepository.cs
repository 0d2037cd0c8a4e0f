// The key ring of ASP.NET Core's data protection, in the state store: every server of the database has the same one.

using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace FhirHub.Smart;

/// <summary>Keys of data protection as records. What calls it can't wait asynchronously; it does so once a day.</summary>
/// <param name="keys">The records.</param>
internal sealed class StateXmlRepository(StateSet<StateXmlRepository.Element> keys) : IXmlRepository
{
    /// <summary>The kind of its records.</summary>
    public const string Kind = "data-protection";

    private const int PageSize = 100;

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements() => Task.Run(async () =>
    {
        var elements = new List<XElement>();
        for (var after = ""; ;)
        {
            var page = await keys.ListAsync(null, after, PageSize, CancellationToken.None);
            elements.AddRange(page.Select(static kept => XElement.Parse(kept.Value.Xml)));
            if (page.Count < PageSize)
                return elements;
            after = page[^1].Id;
        }
    }).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName) => Task.Run(async () =>
    {
        if (await keys.AddAsync(friendlyName, new Element(element.ToString(SaveOptions.DisableFormatting))) is null)
            throw new InvalidOperationException($"There is a key of data protection named '{friendlyName}' already.");
    }).GetAwaiter().GetResult();

    /// <summary>A key, or the revocation of one.</summary>
    /// <param name="Xml">As data protection writes it; secrets in it are encrypted by <see cref="KeyFileXmlEncryptor"/>.</param>
    internal sealed record Element(string Xml);
}
