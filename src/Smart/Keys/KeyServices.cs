// Data protection as ASP.NET Core's cookies, antiforgery and our own secrets use it.

using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Smart;

/// <summary>Registers data protection.</summary>
internal static class KeyServices
{
    /// <summary>One key ring for all servers of a database: what one protects, such as a cookie, another one reads, and so does this one after a restart.</summary>
    public static void Add(IServiceCollection services, SmartService smart)
    {
        services.AddDataProtection().SetApplicationName("FhirHub");
        services.Configure<KeyManagementOptions>(keys =>
        {
            keys.XmlRepository = new StateXmlRepository(new StateSet<StateXmlRepository.Element>(smart.State.Store, StateXmlRepository.Kind));
            keys.XmlEncryptor = new KeyFileXmlEncryptor(() => smart.KeyFile);
        });
    }
}
