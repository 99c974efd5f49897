#include "CLibPQ.h"

#include <dlfcn.h>
#include <stddef.h>

#define FUNCTION(field) {"PQ" #field, offsetof(struct CLibPQ, field)}

static const struct {
  const char *name;
  size_t offset;
} all[] = {
    FUNCTION(conninfoParse),
    FUNCTION(conninfo),
    FUNCTION(conninfoFree),
    FUNCTION(freemem),
    FUNCTION(connectStartParams),
    FUNCTION(connectPoll),
    FUNCTION(finish),
    FUNCTION(status),
    FUNCTION(transactionStatus),
    FUNCTION(parameterStatus),
    FUNCTION(errorMessage),
    FUNCTION(socket),
    FUNCTION(backendPID),
    FUNCTION(setNoticeReceiver),
    FUNCTION(setnonblocking),
    FUNCTION(enterPipelineMode),
    FUNCTION(sendPrepare),
    FUNCTION(sendDescribePrepared),
    FUNCTION(sendQueryPrepared),
    FUNCTION(sendQueryParams),
    FUNCTION(pipelineSync),
    FUNCTION(flush),
    FUNCTION(setSingleRowMode),
    FUNCTION(consumeInput),
    FUNCTION(isBusy),
    FUNCTION(getResult),
    FUNCTION(resultStatus),
    FUNCTION(resultErrorMessage),
    FUNCTION(resultErrorField),
    FUNCTION(nfields),
    FUNCTION(fname),
    FUNCTION(ftype),
    FUNCTION(getisnull),
    FUNCTION(getvalue),
    FUNCTION(getlength),
    FUNCTION(clear),
    FUNCTION(unescapeBytea),
    FUNCTION(getCancel),
    FUNCTION(freeCancel),
    FUNCTION(cancel),
};

// Every function has its place in the table.
_Static_assert(sizeof all / sizeof *all == sizeof(struct CLibPQ) / sizeof(void *), "a function is not looked up");

int clibpq_load(const char *name, struct CLibPQ *functions, const char **missing) {
  *missing = NULL;
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (!library) return -1;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    void *function = dlsym(library, all[i].name);
    if (!function) {
      *missing = all[i].name;
      dlclose(library);
      return -1;
    }
    *(void **)((char *)functions + all[i].offset) = function;
  }
  return 0;
}
